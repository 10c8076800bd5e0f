// One button that puts the code on the clipboard. Without script the code is text like any other, and can be selected.
const shown = document.getElementById("shown");
if (navigator.clipboard) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = shown.dataset.copy;
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(shown.textContent.trim());
    said.textContent = shown.dataset.copied;
  });
  shown.after(button, said);
}
