// The file of a canned reply: it goes up when it is chosen, and the form says only which one it is.
(() => {
  document.addEventListener("change", async ({ target }) => {
    const part = target.closest?.("[data-reply-file]");
    if (!part || target.type !== "file" || !target.files.length) return;
    const state = part.querySelector("[role=status]");
    const button = target.form.querySelector(".btn-primary");
    const body = new FormData();
    body.append("file", target.files[0], target.files[0].name);
    state.textContent = part.dataset.wordsUploading;
    button.disabled = true;
    try {
      const answer = await fetch(part.dataset.upload, { method: "POST", body, headers: { "X-CSRFToken": target.form.elements.csrfmiddlewaretoken.value } });
      const said = await answer.json();
      if (answer.status === 201) {
        show(part, said.id, said.name || said.kind_words);
        state.textContent = "";
      } else state.textContent = said.text || part.dataset.wordsFailed;
    } catch {
      state.textContent = part.dataset.wordsFailed;
    }
    button.disabled = false;
    target.value = "";
  });

  function show(part, id, name) {
    part.querySelector("[name=media]").value = id;
    part.querySelector("[data-name]").textContent = name;
    part.querySelector("[data-shown]").hidden = !id;
  }

  document.addEventListener("click", ({ target }) => {
    const part = target.closest?.("[data-drop]")?.closest("[data-reply-file]");
    if (!part) return;
    show(part, "", "");
    part.querySelector("[type=file]").focus();
  });
})();
