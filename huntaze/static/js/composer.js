// The brief: Ctrl or ⌘ with Enter sends it, an example fills it.
const form = document.querySelector("[data-composer]");
const brief = form.querySelector("[data-brief]");

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("button[type=submit]"));
});

document.addEventListener("click", (event) => {
  const example = event.target.closest("[data-example]");
  if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  for (const name of ["prompt", "platform", "tone", "length"]) {
    // By namedItem: `elements.length` is a number of its own.
    form.elements.namedItem(name).value = example.dataset[name];
  }
  brief.dispatchEvent(new Event("input", { bubbles: true }));
  brief.focus();
});

// A first brief is ready to be sent: Ctrl or ⌘ with Enter must reach the form.
if ((!brief.value || new URLSearchParams(location.search).has("first")) && matchMedia("(pointer: fine)").matches) brief.focus();
