// API keys: copy one while it is shown, and offer single rights only where they are asked for.
(() => {
  function mark(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    let done = false;
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      done = true;
    } catch {
      // Not a secure page, or not allowed: the old way, which copies what is marked.
      mark(source);
      done = document.execCommand("copy");
    }
    const [kind, text] = done ? ["success", button.dataset.copied] : ["danger", button.dataset.notCopied];
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind } }));
  });

  for (const part of document.querySelectorAll("[data-shown-with]")) {
    const { shownWith: name, shownValue: value } = part.dataset;
    const show = () => { part.hidden = document.querySelector(`input[name="${name}"]:checked`)?.value !== value; };
    document.addEventListener("change", (event) => { if (event.target.name === name) show(); });
    window.addEventListener("pageshow", show);
    show();
  }
})();
