// Choose media in a dialog, for any page. A button `data-media-picker="id"` opens the dialog of that id (component
// `media_picker`); what is chosen comes as the event `picked` on the dialog, with `detail.assets`: {id, name, thumb, alt,
// kind, width, height}, in the order in which they were chosen. `open(dialog, chosen)` begins with a choice.
import { onDrop, Rows, Watch } from "./media-upload.js";

const chosen = new WeakMap();
const ready = new WeakSet();

const facts = ({ value, dataset }) => ({
  id: value,
  name: dataset.name,
  thumb: dataset.thumb,
  alt: dataset.alt,
  kind: dataset.kind,
  width: Number(dataset.width) || null,
  height: Number(dataset.height) || null,
});

const tell = (dialog) => {
  const { size } = chosen.get(dialog);
  const { most, none, one, many, tooMany } = dialog.dataset;
  const done = dialog.querySelector("[data-picker-done]");
  const over = most && size > Number(most);
  done.querySelector("span").textContent = !size ? none : size === 1 ? one : many.replace("#", size);
  done.disabled = !size || over;
  dialog.querySelector("[data-picker-note]").textContent = over ? tooMany.replace("#", most) : "";
};

const mark = (dialog) => {
  for (const check of dialog.querySelectorAll("[data-pick]")) check.checked = chosen.get(dialog).has(check.value);
};

const fetched = async (url) => {
  const response = await fetch(url, { redirect: "error" });
  if (!response.ok) throw new Error(response.statusText);
  return response.text();
};

const build = async (dialog) => {
  const place = dialog.querySelector("[data-picker-place]");
  place.innerHTML = await fetched(dialog.dataset.picker);
  const body = place.querySelector("[data-picker-body]");
  const list = body.querySelector("[data-tiles-list]");
  const search = body.querySelector("[data-picker-search]");
  const watch = new Watch(list, body.dataset.tiles);
  const rows = new Rows(body.querySelector("[data-uploads]"), body.querySelector("[data-upload-row]"), {
    onSent: (id) => {
      list.querySelector(".tiles-none")?.remove();
      watch.add(id);
    },
  });
  const take = (files) => rows.add(files, { begin: body.dataset.begin });
  const input = body.querySelector("[data-upload-input]");
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  onDrop(dialog, body.querySelector("[data-drop-veil]"), take);

  // What was just uploaded is what somebody wants.
  list.addEventListener("settled", ({ detail }) => {
    const check = list.querySelector(`#asset-${CSS.escape(detail.id)} [data-pick]`);
    if (detail.state !== "ready" || !check) return;
    chosen.get(dialog).set(check.value, facts(check));
    check.checked = true;
    tell(dialog);
  });

  let waiting;
  const again = () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const asked = `${search.action}?${new URLSearchParams(new FormData(search))}`;
      try {
        list.innerHTML = await fetched(asked);
        mark(dialog);
      } catch {
        dialog.querySelector("[data-picker-note]").textContent = dialog.dataset.away;
      }
    }, 180);
  };
  search.addEventListener("input", again);
  search.addEventListener("submit", (event) => {
    event.preventDefault();
    again();
  });
  list.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-pick]")) return;
    if (target.checked) chosen.get(dialog).set(target.value, facts(target));
    else chosen.get(dialog).delete(target.value);
    tell(dialog);
  });
  list.addEventListener("click", async ({ target }) => {
    const more = target.closest("[data-picker-more]");
    if (!more) return;
    const html = await fetched(more.dataset.pickerMore);
    const next = more.closest("li").previousElementSibling;
    more.closest("li").outerHTML = html;
    mark(dialog);
    next?.nextElementSibling?.querySelector("input")?.focus();
  });
  dialog.querySelector("[data-picker-done]").addEventListener("click", () => {
    dialog.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: { assets: [...chosen.get(dialog).values()] } }));
    dialog.close();
  });
  ready.add(dialog);
};

export const open = async (dialog, assets = []) => {
  chosen.set(dialog, new Map(assets.map((asset) => [asset.id, asset])));
  if (!dialog.open) dialog.showModal();
  try {
    if (!ready.has(dialog)) await build(dialog);
    mark(dialog);
    dialog.querySelector("[type=search]")?.focus();
  } catch {
    dialog.querySelector("[data-picker-note]").textContent = dialog.dataset.away;
  }
  tell(dialog);
};

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-media-picker]");
  if (opener) open(document.getElementById(opener.dataset.mediaPicker));
});
