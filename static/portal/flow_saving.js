// Saves the drawing as it is drawn. One save at a time, each on the revision before it; what is not saved yet is also kept in this
// browser, so that neither a lost connection nor a closed tab loses it. When somebody else was faster, the person decides.
//
//   const draft = new FlowDraft(page);    draft.change(graph);    await draft.flush();    draft.adopt(answer);
//
// Sent on window: flow:saved {answer} after each save, flow:collision {answer} when somebody else saved in between.
(() => {
  const DEBOUNCE_MS = 600;
  const FIRST_RETRY_MS = 1000;
  const LONGEST_RETRY_MS = 30000;

  const tell = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));

  /** Where the browser has no room or no storage, the server's copy must do. */
  const store = {
    read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    write(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* none */ } },
  };

  class FlowDraft {
    constructor(page, { wantsOutline = () => false } = {}) {
      this.url = page.dataset.draftUrl;
      this.revision = Number(page.dataset.revision);
      this.key = `flow-draft:${page.dataset.flow}`;
      this.sign = document.getElementById("save-state");
      this.headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
      this.wantsOutline = wantsOutline;
      this.latest = null; // drawn, not saved
      this.sending = null; // the save on its way
      this.collision = null; // what the server answered when somebody else was faster
      this.retry = FIRST_RETRY_MS;
      window.addEventListener("online", () => { if (this.latest) this.plan(0); });
      window.addEventListener("beforeunload", (event) => { if (this.isUnsaved) event.preventDefault(); });
    }

    get isUnsaved() { return Boolean(this.latest || this.sending); }

    /** What this browser kept of an earlier visit and never got saved. */
    kept() { return store.read(this.key); }
    forget() { store.drop(this.key); }

    change(graph, { soon = false } = {}) {
      this.latest = graph;
      store.write(this.key, { revision: this.revision, graph, at: Date.now() });
      if (this.collision) return;
      this.show(navigator.onLine ? "saving" : "offline");
      this.plan(soon ? 0 : DEBOUNCE_MS);
    }

    plan(wait) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), wait);
    }

    /** Save what there is; true once nothing is left to save. */
    async flush() {
      clearTimeout(this.timer);
      while (this.isUnsaved && !this.collision) {
        if (!(await (this.sending ?? this.send()))) return false;
      }
      return !this.isUnsaved;
    }

    send() {
      if (this.sending || this.collision || !this.latest) return this.sending ?? Promise.resolve(!this.latest);
      clearTimeout(this.timer);
      this.sending = this.post(this.latest).finally(() => { this.sending = null; });
      return this.sending;
    }

    async post(graph) {
      let answer;
      let response;
      try {
        response = await fetch(this.url, {
          method: "POST",
          headers: { ...this.headers, "Content-Type": "application/json" },
          body: JSON.stringify({ revision: this.revision, graph, outline: this.wantsOutline() }),
        });
        answer = await response.json();
      } catch {
        // Also an answer that is no JSON: a proxy's page, or a log-in.
        return response && (response.status === 403 || response.redirected) ? this.stop("left") : this.later();
      }
      if (response.ok) return this.saved(graph, answer);
      if (response.status === 409) {
        this.collision = answer;
        this.show("conflict");
        tell("flow:collision", { answer });
        return false;
      }
      if (response.status === 422 || response.status === 403) {
        this.stop("refused");
        tell("flow:refused", { answer });
        return false;
      }
      return this.later();
    }

    saved(graph, answer) {
      this.retry = FIRST_RETRY_MS;
      this.revision = answer.revision;
      if (this.latest === graph) {
        this.latest = null;
        this.forget();
        this.show("saved", answer.at);
      } else this.plan(DEBOUNCE_MS / 2);
      tell("flow:saved", { answer, isLatest: !this.latest });
      return true;
    }

    later() {
      this.show("offline");
      clearTimeout(this.timer);
      // Spread out, so that a restarted server is not met by every page at once.
      this.timer = setTimeout(() => this.send(), this.retry * (0.5 + Math.random()));
      this.retry = Math.min(this.retry * 2, LONGEST_RETRY_MS);
      return false;
    }

    stop(state) {
      clearTimeout(this.timer);
      this.show(state);
      return false;
    }

    /** Save mine over theirs, which stay in the history. */
    keepMine() {
      this.revision = this.collision.revision;
      this.collision = null;
      this.latest ??= window.flowIsland.graph();
      this.show("saving");
      return this.flush();
    }

    /** The drawing is what the server has now. */
    adopt(answer) {
      clearTimeout(this.timer);
      this.latest = null;
      this.collision = null;
      this.revision = answer.revision;
      this.forget();
      this.show("saved", answer.at);
    }

    show(state, at = "") {
      this.sign.dataset.state = state;
      this.sign.textContent = state === "saved" && !at ? "" : this.sign.dataset[state].replace("{at}", at);
    }
  }

  window.FlowDraft = FlowDraft;
})();
