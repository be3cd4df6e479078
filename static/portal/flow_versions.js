// The page of versions: both drawings in one on the canvas, with what is new, changed and gone marked.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  document.addEventListener("DOMContentLoaded", () => {
    const canvas = document.getElementById("canvas");
    mountFlow(canvas, read("graph"), { readOnly: true, described: read("described"), words: read("words"), sprite: canvas.dataset.sprite });
    // The canvas hears once it stands.
    new MutationObserver((_, watching) => {
      watching.disconnect();
      window.dispatchEvent(new CustomEvent("flow:marks", { detail: read("marks") }));
    }).observe(canvas, { attributeFilter: ["data-ready"] });
    document.addEventListener("click", (event) => {
      const id = event.target.closest("[data-show-node]")?.dataset.showNode;
      if (!id) return;
      canvas.scrollIntoView({ block: "nearest" });
      window.dispatchEvent(new CustomEvent("flow:show", { detail: { id } }));
    });
  });
})();
