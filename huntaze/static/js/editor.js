// A post being edited: Ctrl or ⌘ with S saves, and nothing typed is lost by leaving.
const form = document.querySelector("[data-editor]");
const note = form.querySelector("[data-saved]");
const saved = note.textContent;
const fields = [form.elements.title, form.elements.body];
const stored = fields.map((field) => field.defaultValue);
const changed = () => fields.some((field, index) => field.value !== stored[index]);

form.addEventListener("input", () => (note.textContent = changed() ? note.dataset.unsaved : saved));

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("button[type=submit]"));
});

addEventListener("beforeunload", (event) => {
  if (changed() && !form.dataset.sent) event.preventDefault();
});
