// What is live on a page: its parts come by server-sent events; times tick. Pages work without it.
"use strict";
(() => {
  const body = document.body;

  // Times -----------------------------------------------------------------------------------------
  const MINUTE = 60e3, HOUR = 3600e3, DAY = 86400e3;

  function ago(then) {
    const passed = Date.now() - then;
    if (passed < MINUTE) return "just now";
    for (const [size, name, below] of [[MINUTE, "minute", HOUR], [HOUR, "hour", DAY], [DAY, "day", 30 * DAY]]) {
      if (passed < below) {
        const count = Math.floor(passed / size);
        return `${count} ${name}${count === 1 ? "" : "s"} ago`;
      }
    }
    return new Date(then).toLocaleDateString(undefined, { day: "2-digit", month: "short", year: "numeric" });
  }

  function length(ms) {
    if (ms < MINUTE) return `${Math.floor(Math.max(0, ms) / 1000)} s`;
    if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.floor((ms % MINUTE) / 1000)} s`;
    return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
  }

  function tick() {
    for (const time of document.querySelectorAll("time[datetime]")) {
      const then = Date.parse(time.dateTime);
      const text = ago(then);
      if (time.textContent !== text) time.textContent = text;
      time.title = new Date(then).toLocaleString();
    }
    for (const span of document.querySelectorAll("[data-since]")) {
      const text = length(Date.now() - Number(span.dataset.since));
      if (span.textContent !== text) span.textContent = text;
    }
  }

  // Parts of the page -----------------------------------------------------------------------------
  function element(html) {
    const template = document.createElement("template");
    template.innerHTML = html; // rendered and escaped by the server; the content policy bars code
    return template.content.firstElementChild;
  }

  // What the reader has opened, scrolled to or focused stays so when a part is replaced.
  function carryOver(old, fresh) {
    const folds = old.querySelectorAll("details");
    fresh.querySelectorAll("details").forEach((fold, i) => { if (folds[i]) fold.open = folds[i].open; });
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const boxes = [...old.querySelectorAll(".scroll")].map((box) => ({
      top: box.scrollTop,
      left: box.scrollLeft,
      atEnd: box.scrollHeight - box.scrollTop - box.clientHeight < 24,
    }));
    return () => {
      fresh.querySelectorAll(".scroll").forEach((box, i) => {
        if (!boxes[i]) return;
        box.scrollTop = boxes[i].atEnd ? box.scrollHeight : boxes[i].top;
        box.scrollLeft = boxes[i].left;
      });
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    };
  }

  function place(part) {
    const old = document.getElementById(part.id);
    if (old && part.keep) return;
    const fresh = element(part.html);
    if (!fresh) return;
    if (!old) {
      document.getElementById(part.into)?.append(fresh);
    } else if (old.outerHTML !== fresh.outerHTML) {
      const settle = carryOver(old, fresh);
      old.replaceWith(fresh);
      settle();
    }
    if (fresh.dataset.title) {
      document.title = fresh.dataset.title;
      const announce = document.getElementById("announce");
      if (announce.textContent !== fresh.dataset.word) announce.textContent = fresh.dataset.word;
    }
  }

  // Frames ----------------------------------------------------------------------------------------
  // Outputs may run scripts, each in a frame of no origin; all the page takes from one is a height.
  addEventListener("message", (event) => {
    const height = Math.ceil(Number(event.data?.height));
    if (!(height > 0)) return;
    for (const frame of document.querySelectorAll(".output.html iframe")) {
      if (frame.contentWindow === event.source) frame.height = Math.min(Math.max(height, 24), 600);
    }
  });

  // The stream ------------------------------------------------------------------------------------
  // Browsers allow six connections to a host: a page that nobody looks at gives its one back.
  let source = null, last = null, done = false;

  function address() {
    const url = new URL(body.dataset.events, location.href);
    if (last !== null) url.searchParams.set("after", last);
    return url;
  }

  function open() {
    if (source || done) return;
    source = new EventSource(address());
    source.onmessage = (event) => {
      if (event.lastEventId) last = event.lastEventId;
      JSON.parse(event.data).forEach(place);
      tick();
    };
    source.addEventListener("end", () => { done = true; close(); });
    source.onopen = () => body.classList.remove("lost");
    source.onerror = () => {
      body.classList.add("lost");
      if (source.readyState === EventSource.CLOSED) close(); // refused: signed out, or gone
    };
  }

  function close() {
    source?.close();
    source = null;
  }

  tick();
  setInterval(tick, 1000);
  if (body.dataset.events) {
    if (!document.hidden) open();
    document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
    addEventListener("pagehide", close);
    addEventListener("pageshow", (event) => { if (event.persisted && !document.hidden) open(); });
  }
})();
