// The file of a template's header: goes up as soon as it is chosen; the form then names what came of it.
//
//   <input type="file" data-header-file="/media/upload/" data-into="header_media" data-kind="image">
// The element hears `file:began`, then `file:taken` with {id, name, …} or `file:refused` with {text}. Bubbling.
(() => {
  if (window.templateFiles) return; // a fragment brings this script each time it is opened
  window.templateFiles = true;

  async function upload(input) {
    const file = input.files[0];
    if (!file) return;
    const say = (kind, detail) => input.dispatchEvent(new CustomEvent(`file:${kind}`, { bubbles: true, detail }));
    const data = new FormData();
    data.append("file", file);
    say("began", { name: file.name });
    try {
      const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), Accept: "application/json" };
      const address = new URL(input.dataset.headerFile, location.href);
      if (input.dataset.kind) address.searchParams.set("kind", input.dataset.kind);
      const answer = await fetch(address, { method: "POST", body: data, headers });
      const said = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(said.text ?? "");
      const into = input.form.elements.namedItem(input.dataset.into);
      into.value = said.id;
      say("taken", said);
      into.dispatchEvent(new Event("change", { bubbles: true }));
    } catch (error) {
      input.value = "";
      say("refused", { text: error.message || document.getElementById("toasts").dataset.failed });
    }
  }

  document.addEventListener("change", ({ target }) => { if (target.dataset?.headerFile) upload(target); });

  // In the composer a sentence below says how it goes; the editor has places of its own.
  for (const [kind, words] of [["began", (hint) => hint.dataset.loading], ["taken", (_hint, said) => said.name], ["refused", (_hint, said) => said.text]]) {
    document.addEventListener(`file:${kind}`, ({ target, detail }) => {
      const hint = document.getElementById(target.getAttribute("aria-describedby")?.split(" ")[0]);
      if (hint) hint.textContent = words(hint, detail);
      target.classList.toggle("is-invalid", kind === "refused");
    });
  }
})();
