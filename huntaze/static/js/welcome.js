// The questions by keyboard: arrows go from one answer to the next, Enter chooses it, Ctrl or ⌘ with Enter goes on.
const form = document.querySelector("[data-welcome]");
const boxes = [...form.querySelectorAll("input[type=checkbox]")];
const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

form.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[type=submit]"));
    return;
  }
  const here = boxes.indexOf(event.target);
  if (here < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") {
    event.preventDefault();
    event.target.click();
  } else if (event.key in steps) {
    event.preventDefault();
    boxes[(here + steps[event.key] + boxes.length) % boxes.length].focus();
  }
});

if (matchMedia("(pointer: fine)").matches) boxes[0].focus();
