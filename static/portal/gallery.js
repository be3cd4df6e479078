// A flow of the gallery: its drawing, to look at.
document.addEventListener("DOMContentLoaded", () => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const canvas = document.getElementById("canvas");
  mountFlow(canvas, read("graph"), { readOnly: true, described: read("described"), words: read("words"), sprite: canvas.dataset.sprite });
});
