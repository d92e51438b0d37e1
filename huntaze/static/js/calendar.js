// The calendar's keys and drags. A move is a form sent to the server, whose page is put in the place of this one.
const THRESHOLD = 6;
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
let page = document.querySelector("[data-calendar]");
let drag = null;
let busy = false;

const iso = (date) => date.toISOString().slice(0, 10);
const shifted = (day, days) => {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return iso(date);
};
const say = (text) => (document.getElementById("calendar-said").textContent = text);
const dayLinks = () => [...page.querySelectorAll("[data-date]")];

// One stop for the Tab key among the days; arrows go on from there.
function rove(link) {
  dayLinks().forEach((each) => (each.tabIndex = each === link ? 0 : -1));
}

function start() {
  const links = dayLinks();
  if (links.length > 1) rove(links.find((link) => link.dataset.focus !== undefined) ?? links[0]);
  const wanted = document.getElementById(location.hash.slice(1));
  if (wanted?.matches("[data-date]")) {
    rove(wanted);
    wanted.focus();
  }
  const hours = page.querySelector(".week-window");
  const first = hours?.querySelector(wanted?.matches(".hour") ? `#${wanted.id}` : `[data-hour="${hours.dataset.firstHour}"]`);
  // Below the names of the days, which stay in sight. On a phone the page scrolls, and only what is planned is there.
  if (first) hours.scrollTop = first.offsetTop - hours.querySelector(".day-name").offsetHeight;
}

async function move(card, day, at) {
  if (busy || !card.dataset.move || (day === card.dataset.day && at === card.dataset.at)) return;
  busy = true;
  const body = new FormData(page.querySelector(".calendar-token"));
  body.set("day", day);
  body.set("at", at);
  body.set("next", page.dataset.here);
  try {
    const answer = await fetch(card.dataset.move, { method: "POST", body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(answer.status);
    show(new DOMParser().parseFromString(text, "text/html"), card.id);
  } catch {
    say(page.dataset.failed);
    location.reload();
  } finally {
    busy = false;
  }
}

// Put the server's page in the place of this one, and what it says into the toasts, which are read aloud.
function show(answer, id) {
  const fresh = answer.querySelector("[data-calendar]");
  const scrolled = page.querySelector(".week-window")?.scrollTop;
  page.replaceWith(document.adoptNode(fresh));
  page = fresh;
  if (scrolled) page.querySelector(".week-window")?.scrollTo({ top: scrolled, behavior: "instant" });
  const links = dayLinks();
  if (links.length > 1) rove(links.find((link) => link.dataset.focus !== undefined) ?? links[0]);
  document.getElementById(id)?.querySelector(".event-link")?.focus({ preventScroll: true });
  for (const toast of answer.querySelectorAll("#toasts [data-toast]")) {
    const detail = {
      text: toast.querySelector("[data-toast-text]").textContent.trim(),
      level: ["error", "warning", "info"].find((level) => toast.classList.contains(`toast-${level}`)) ?? "success",
      undo: toast.querySelector("[data-undo]")?.getAttribute("action"),
    };
    document.dispatchEvent(new CustomEvent("toast", { detail }));
  }
}

function moveByKey(card, key) {
  const { day, at } = card.dataset;
  const byHour = page.dataset.view === "week" || page.dataset.view === "day";
  if (!byHour || key === "ArrowLeft" || key === "ArrowRight") return move(card, shifted(day, STEPS[key]), at);
  const hour = Number(at.slice(0, 2)) + (key === "ArrowUp" ? -1 : 1);
  const days = hour < 0 ? -1 : hour > 23 ? 1 : 0;
  return move(card, shifted(day, days), `${String((hour + 24) % 24).padStart(2, "0")}${at.slice(2)}`);
}

function focusDay(from, key) {
  const wanted = shifted(from.dataset.date, STEPS[key]);
  const there = document.getElementById(`day-${wanted}`);
  if (there && there.offsetParent) {
    rove(there);
    there.focus();
  } else {
    const url = new URL(location.href);
    url.searchParams.set("day", wanted);
    url.hash = `day-${wanted}`;
    location.assign(url);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag?.lifted) return drop(null);
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  const card = event.target.closest("[data-event]");
  const link = event.target.closest("[data-date]");
  if (event.key in STEPS) {
    if (event.shiftKey && card?.dataset.move) {
      event.preventDefault();
      moveByKey(card, event.key);
    } else if (!event.shiftKey && link) {
      event.preventDefault();
      focusDay(link, event.key);
    }
  } else if (event.key.toLowerCase() === "n" && !event.shiftKey && document.getElementById("app").dataset.shortcuts === "on") {
    const day = link?.dataset.date ?? card?.dataset.day;
    event.preventDefault();
    location.assign(page.dataset.create + (day ? `?day=${day}` : ""));
  }
});

// Dragging by pointer events. A finger scrolls: on a phone, posts are moved by their page.
document.addEventListener("pointerdown", (event) => {
  const card = event.target.closest("[data-event][data-move]");
  if (!card || event.button !== 0 || event.pointerType === "touch" || event.target.closest(".event-move")) return;
  drag = { card, x: event.clientX, y: event.clientY, over: null, lifted: false };
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.lifted) {
    if (Math.hypot(dx, dy) < THRESHOLD) return;
    drag.lifted = true;
    drag.card.classList.add("event-lifted");
    page.dataset.dragging = "";
    say(page.dataset.lifted);
  }
  drag.card.style.transform = `translate(${dx}px, ${dy}px)`;
  drag.card.style.pointerEvents = "none";
  const over = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-drop]") ?? null;
  if (over !== drag.over) {
    drag.over?.classList.remove("drop-here");
    over?.classList.add("drop-here");
    drag.over = over;
  }
});

function drop(over) {
  const { card, lifted } = drag;
  drag.over?.classList.remove("drop-here");
  card.classList.remove("event-lifted");
  card.style.removeProperty("transform");
  card.style.removeProperty("pointer-events");
  delete page.dataset.dragging;
  drag = null;
  if (!lifted) return;
  // The click that follows a drag opens nothing.
  const swallow = (event) => event.preventDefault();
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
  if (!over) return;
  const hour = over.dataset.hour;
  const at = hour === undefined ? card.dataset.at : `${hour.padStart(2, "0")}${card.dataset.at.slice(2)}`;
  move(card, over.dataset.day, at);
}

document.addEventListener("pointerup", () => drag && drop(drag.over));
document.addEventListener("pointercancel", () => drag && drop(null));
document.addEventListener("dragstart", (event) => event.target.closest("[data-event]") && event.preventDefault());

start();
