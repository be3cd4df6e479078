// Marking rows of the list: the bar with what can be done to them shows while some are marked.
(() => {
  const form = document.querySelector("[data-people]");
  const bar = form?.querySelector("[data-people-bar]");
  if (!bar) return;
  const boxes = () => [...form.querySelectorAll('input[name="contact"]')];
  const all = bar.querySelector("[data-people-all]");

  function show() {
    const marked = boxes().filter((box) => box.checked).length;
    bar.hidden = marked === 0;
    bar.querySelector("[data-people-count]").textContent = String(marked);
    all.checked = marked > 0 && marked === boxes().length;
  }

  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    show();
  });
  // Rows came or went.
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("contacts-changed", () => location.reload());
  show();
})();
