// Drag posts to another place of the queue; the arrows beside each do the same without a pointer.
const list = document.querySelector("[data-queue]");
let drag = null;

list?.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".queue-grip");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const item = grip.closest(".queue-item");
  drag = { item };
  item.classList.add("queue-item-lifted");
  grip.setPointerCapture(event.pointerId);
});

list?.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const other = [...list.children].find((each) => {
    const { top, bottom } = each.getBoundingClientRect();
    return each !== drag.item && event.clientY > top && event.clientY < bottom;
  });
  if (!other) return;
  const { top, height } = other.getBoundingClientRect();
  if (event.clientY > top + height / 2) other.after(drag.item);
  else other.before(drag.item);
});

function end() {
  if (!drag) return;
  const { item } = drag;
  drag = null;
  item.classList.remove("queue-item-lifted");
  const position = [...list.children].indexOf(item);
  if (position === Number(item.dataset.position)) return;
  const form = item.querySelector(".queue-steps");
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "position", value: position });
  form.append(field);
  form.submit();
}

list?.addEventListener("pointerup", end);
list?.addEventListener("pointercancel", end);
