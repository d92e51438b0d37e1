// Upload files straight to the store, in parts, several at a time; go on where a broken connection, a reload or a closed
// browser left off. The server knows which parts are there: here is kept only which upload a file belongs to.
const PARTS_AT_ONCE = 3;
const FILES_AT_ONCE = 2;
const TRIES = 4;

const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

export const words = () => document.querySelector("[data-media-words]").dataset;
export const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

const fingerprint = (file) => `upload:${file.name}:${file.size}:${file.lastModified}`;
const memory = {
  read: (file) => localStorage.getItem(fingerprint(file)),
  keep: (file, id) => localStorage.setItem(fingerprint(file), id),
  drop: (file) => localStorage.removeItem(fingerprint(file)),
};

export class Refused extends Error {
  constructor(told) {
    super(told.title ?? words().failed);
    this.advice = told.advice ?? "";
    this.code = told.code;
  }
}

export const ask = async (url, body) => {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(url, {
    ...options,
    headers: { "X-CSRFToken": token(), Accept: "application/json" },
    redirect: "error",
  });
  const told = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  if (!response.ok) throw Object.assign(new Refused(told), { status: response.status, told });
  return told;
};

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const online = () => new Promise((done) => (navigator.onLine ? done() : addEventListener("online", done, { once: true })));

export class Upload extends EventTarget {
  constructor(file, { begin, folder = "" }) {
    super();
    Object.assign(this, { file, begin, folder, id: memory.read(file), sent: 0, requests: new Set(), cancelled: false });
  }

  get url() {
    return `${this.begin}/${this.id}`;
  }

  tell(state, detail = {}) {
    this.dispatchEvent(new CustomEvent("change", { detail: { state, upload: this, ...detail } }));
  }

  async run() {
    try {
      const told = await this.open();
      if (told.state === "uploading") await this.send(told);
      if (this.cancelled) return;
      this.tell("preparing");
      await this.finish();
      memory.drop(this.file);
      this.tell("sent");
    } catch (error) {
      if (this.cancelled) return;
      if (error instanceof Refused && error.status !== 503) memory.drop(this.file);
      this.tell("failed", { error });
    }
  }

  async open() {
    if (this.id) {
      try {
        const told = await ask(this.url);
        if (told.size === this.file.size && told.state === "uploading") {
          if (told.there.length) this.tell("resumed");
          return told;
        }
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 404) throw error;
      }
    }
    const told = await ask(this.begin, {
      name: this.file.name,
      size: this.file.size,
      type: this.file.type,
      folder: this.folder,
    });
    this.id = told.id;
    memory.keep(this.file, told.id);
    return told;
  }

  // Forms come in bundles and run out after an hour: when a bundle is sent, or one of them was refused, ask for more.
  async send(told) {
    for (let rounds = 0; told.forms.length && !this.cancelled; ) {
      this.done = told.there.reduce((sum, number) => sum + this.length(told, number), 0);
      this.moving = new Map();
      const before = told.there.length;
      const queue = [...told.forms];
      const lane = async () => {
        for (let form = queue.shift(); form && !this.cancelled; form = queue.shift()) await this.part(told, form);
      };
      await Promise.all(Array.from({ length: PARTS_AT_ONCE }, lane));
      if (this.cancelled) return;
      told = await ask(this.url);
      rounds = told.there.length > before ? 0 : rounds + 1;
      if (rounds >= TRIES) throw new Error(words().failed);
    }
  }

  length(told, number) {
    return number < told.parts ? told.part_size : told.size - (told.parts - 1) * told.part_size;
  }

  async part(told, form) {
    const piece = this.file.slice(form.offset, form.offset + this.length(told, form.number));
    for (let tries = 1; !this.cancelled; tries++) {
      try {
        await this.post(form, piece);
        this.moving.delete(form.number);
        this.done += piece.size;
        return this.progress();
      } catch (error) {
        this.moving.delete(form.number);
        if (this.cancelled || error.status === 403) return;
        if (tries >= TRIES) throw error;
        if (!navigator.onLine) this.tell("offline");
        await online();
        await pause(500 * 2 ** tries);
      }
    }
  }

  // fetch() does not tell how much was sent.
  post(form, piece) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
      body.append("file", piece, "part");
      const end = (act, value) => {
        this.requests.delete(request);
        act(value);
      };
      request.upload.addEventListener("progress", (event) => {
        this.moving.set(form.number, Math.min(event.loaded, piece.size));
        this.progress();
      });
      request.addEventListener("load", () =>
        request.status < 300 ? end(done) : end(failed, Object.assign(new Error(words().failed), { status: request.status })),
      );
      request.addEventListener("error", () => end(failed, new Error(words().failed)));
      request.addEventListener("abort", () => end(failed, new Error(words().cancelled)));
      request.open("POST", form.url);
      this.requests.add(request);
      request.send(body);
    });
  }

  progress() {
    const moving = [...this.moving.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.tell("sending", { share: this.file.size ? (this.done + moving) / this.file.size : 0 });
  }

  async finish() {
    for (let tries = 1; ; tries++) {
      try {
        return await ask(`${this.url}/finish`, {});
      } catch (error) {
        if (tries >= TRIES || (error instanceof Refused && error.status !== 503)) throw error;
        await online();
        await pause(500 * 2 ** tries);
      }
    }
  }

  async cancel() {
    this.cancelled = true;
    this.requests.forEach((request) => request.abort());
    memory.drop(this.file);
    if (this.id) await ask(`${this.url}/discard`, {}).catch(() => {});
  }
}

// Runs a few uploads at a time, in the order in which they came.
export class Queue {
  waiting = [];
  running = 0;

  add(upload) {
    this.waiting.push(upload);
    this.next();
  }

  async next() {
    if (this.running >= FILES_AT_ONCE || !this.waiting.length) return;
    this.running++;
    const upload = this.waiting.shift();
    if (!upload.cancelled) await upload.run();
    this.running--;
    this.next();
  }
}

// A row for each file on its way: what it is, how far it is, and what can be done.
export class Rows {
  constructor(list, template, { onSent }) {
    Object.assign(this, { list, template, onSent, queue: new Queue() });
    addEventListener("beforeunload", (event) => {
      if (this.list.querySelector("[data-busy-upload]")) event.preventDefault();
    });
  }

  add(files, options) {
    for (const file of files) this.row(new Upload(file, options));
  }

  row(upload) {
    const row = this.template.content.firstElementChild.cloneNode(true);
    const note = row.querySelector(".upload-note");
    const bar = row.querySelector("progress");
    const retry = row.querySelector("[data-retry]");
    const cancel = row.querySelector("[data-cancel]");
    row.querySelector(".upload-name").textContent = upload.file.name;
    bar.setAttribute("aria-label", upload.file.name);
    cancel.setAttribute("aria-label", `${cancel.getAttribute("aria-label")} ${upload.file.name}`);
    row.dataset.busyUpload = "";
    note.textContent = words().waiting;
    this.list.hidden = false;
    this.list.prepend(row);
    if (upload.id) this.list.querySelector(`[data-left="${upload.id}"]`)?.remove();

    const remove = () => {
      row.remove();
      this.list.hidden = !this.list.children.length;
    };
    upload.addEventListener("change", ({ detail }) => {
      row.dataset.uploadState = detail.state;
      if (detail.state === "sending") {
        bar.value = detail.share;
        note.textContent = words().sending.replace("{share}", percent.format(detail.share));
      } else if (detail.state === "failed") {
        delete row.dataset.busyUpload;
        note.textContent = [detail.error.message, detail.error.advice].filter(Boolean).join(". ");
        row.querySelector("[data-plans]").hidden = detail.error.code !== "storage_full";
        retry.hidden = detail.error instanceof Refused && detail.error.status === 422;
        bar.hidden = true;
      } else if (detail.state === "sent") {
        delete row.dataset.busyUpload;
        remove();
        this.onSent(upload.id);
      } else {
        note.textContent = words()[detail.state];
        if (detail.state === "preparing") bar.value = 1;
      }
    });
    retry.addEventListener("click", () => {
      retry.hidden = true;
      row.querySelector("[data-plans]").hidden = true;
      bar.hidden = false;
      row.dataset.busyUpload = "";
      note.textContent = words().waiting;
      this.queue.add(upload);
    });
    cancel.addEventListener("click", () => {
      upload.cancel();
      remove();
    });
    this.queue.add(upload);
  }
}

// Files that are dropped anywhere on an element; folders are left out.
export const onDrop = (element, veil, take) => {
  let depth = 0;
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  const show = (on) => {
    if (veil) veil.hidden = !on;
  };
  element.addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth++;
    show(true);
  });
  element.addEventListener("dragover", (event) => carries(event) && event.preventDefault());
  element.addEventListener("dragleave", (event) => {
    if (!carries(event)) return;
    depth = Math.max(0, depth - 1);
    if (!depth) show(false);
  });
  element.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    take([...event.dataTransfer.files]);
  });
};

// Ask for the tiles of files until each is ready or refused, and put them in place.
export class Watch {
  constructor(list, url) {
    Object.assign(this, { list, url, ids: new Set(), after: 700 });
    for (const tile of list.querySelectorAll("[data-state=processing]")) this.ids.add(tile.dataset.asset);
    if (this.ids.size) this.later();
  }

  add(id) {
    this.ids.add(id);
    this.after = 400;
    this.look();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), this.after);
    this.after = Math.min(this.after * 1.3, 5000);
  }

  async look() {
    clearTimeout(this.timer);
    try {
      const address = new URL(this.url, location.href);
      address.searchParams.set("ids", [...this.ids].join(","));
      const response = await fetch(address, { redirect: "error" });
      if (response.ok) this.place(await response.text());
    } catch {
      // The next look asks again.
    }
    if (this.ids.size) this.later();
  }

  place(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    for (const tile of [...holder.content.children].reverse()) {
      const old = this.list.querySelector(`#${CSS.escape(tile.id)}`);
      if (!old) this.list.prepend(tile);
      else if (old.dataset.state !== tile.dataset.state) {
        const focused = old.contains(document.activeElement);
        old.replaceWith(tile);
        if (focused) tile.querySelector("a, input")?.focus();
      }
      if (tile.dataset.state !== "processing") {
        this.ids.delete(tile.dataset.asset);
        this.list.dispatchEvent(new CustomEvent("settled", { detail: { id: tile.dataset.asset, state: tile.dataset.state } }));
      }
    }
  }
}
