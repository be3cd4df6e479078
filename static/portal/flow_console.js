// The console below a drawing: follows the steps as they arrive, and lights them on the canvas.
(() => {
  const MOST_ROWS = 500; // a page left open all day must not grow for ever

  document.addEventListener("DOMContentLoaded", () => {
    const page = document.getElementById("flow-page");
    const console_ = document.getElementById("console");
    if (!page || !console_) return;
    let shown = JSON.parse(document.getElementById("path").textContent).execution;

    // Without a run chosen, the newest one is followed.
    page.addEventListener("live:step", ({ detail }) => {
      if (page.dataset.execution && detail.execution !== page.dataset.execution) return;
      if (detail.execution !== shown) window.dispatchEvent(new CustomEvent("flow:clear"));
      shown = detail.execution;
      window.dispatchEvent(new CustomEvent("flow:step", { detail: { node: detail.node, edge: detail.edge, current: detail.ended ? null : detail.node } }));
      console_.querySelector(".console__empty")?.remove();
      while (console_.children.length > MOST_ROWS) console_.lastElementChild.remove();
    });

    document.addEventListener("click", (event) => {
      const node = event.target.closest("[data-show-node]")?.dataset.showNode;
      if (!node) return;
      window.flowIsland.select(node);
      document.getElementById("canvas").scrollIntoView({ block: "nearest" });
    });

    window.addEventListener("flow:select", ({ detail }) => {
      for (const row of console_.querySelectorAll("[data-node]")) row.classList.toggle("is-chosen", row.dataset.node === detail.id);
    });
  });
})();
