/* A file beyond the limit is refused before it travels. */
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-list-upload]");
  const file = form && form.querySelector("input[type=file]").files[0];
  if (!file) return;
  const problem = form.querySelector("[data-list-problem]");
  if (file.size > Number(form.dataset.most)) {
    event.preventDefault();
    problem.textContent = form.dataset.tooLarge;
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
    return;
  }
  problem.hidden = true;
  const button = form.querySelector("button");
  button.disabled = true;
  button.classList.add("btn-loading");
});
