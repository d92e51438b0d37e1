// The library: uploads by button, drop and paste; what is chosen, by mouse and keyboard; filters that act at once.
import { selection } from "./selection.js";
import { ask, onDrop, Rows, Watch, words } from "./media-upload.js";

const page = document.querySelector("[data-media]");
const list = page.querySelector("[data-tiles-list]");
const watch = new Watch(list, page.dataset.tiles);
const options = { begin: page.dataset.begin, folder: page.dataset.folder };
const rows = new Rows(page.querySelector("[data-uploads]"), page.querySelector("[data-upload-row]"), {
  onSent: (id) => {
    page.querySelector("[data-nothing]")?.remove();
    watch.add(id);
  },
});
const take = (files) => rows.add(files, options);

for (const input of document.querySelectorAll("[data-upload-input]")) {
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
}
onDrop(document.documentElement, page.querySelector("[data-drop-veil]"), take);
document.addEventListener("paste", (event) => {
  if (event.clipboardData.files.length) take([...event.clipboardData.files]);
});

for (const button of page.querySelectorAll("[data-discard]")) {
  button.addEventListener("click", async () => {
    await ask(button.dataset.discard, {}).catch(() => {});
    const row = button.closest("li");
    const uploads = row.parentElement;
    row.remove();
    uploads.hidden = !uploads.children.length;
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: words().cancelled, level: "info" } }));
  });
}

for (const field of page.querySelectorAll("[data-submits]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

selection(page, list, document.getElementById("bulk"), ".tile-check");

