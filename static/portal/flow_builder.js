// The builder page: mounts the canvas and brings together what stands around it. All talk by events on the window (see island.jsx).
(() => {
  const MOST_WITHOUT_MAP = 12;
  const TEXT = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range], [type=color])";
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const tell = (name, detail = {}) => window.dispatchEvent(new CustomEvent(name, { detail }));
  const byId = (id) => document.getElementById(id);

  /** Put rendered regions in their places; who stood on a part by keyboard stands on its successor. */
  function place(parts = {}) {
    for (const [id, html] of Object.entries(parts)) {
      const old = byId(id);
      if (!old) continue;
      const held = old.contains(document.activeElement) ? document.activeElement.id : "";
      if (id === "flow-state") {
        const made = document.createElement("template");
        made.innerHTML = html.trim();
        old.replaceWith(made.content);
      } else old.innerHTML = html;
      htmx.process(byId(id));
      if (held) byId(held)?.focus({ preventScroll: true });
    }
  }

  class Builder {
    constructor(page) {
      this.page = page;
      this.canvas = byId("canvas");
      this.described = read("described");
      this.isEditable = "editable" in page.dataset;
      this.isTouched = false;
      this.wantedField = null; // of the form that opens next
      const graph = read("graph");
      // A flow that is seen whole needs no map, which would only lie on its steps.
      this.canvas.classList.toggle("canvas--whole", graph.nodes.length <= MOST_WITHOUT_MAP);
      window.flowIsland = mountFlow(this.canvas, graph, {
        readOnly: !this.isEditable, described: this.described, words: read("words"), counts: read("counts"), sprite: this.canvas.dataset.sprite,
      });
      window.flowIsland.light(read("path"));
      // The canvas hears once it stands.
      new MutationObserver((_, watching) => {
        watching.disconnect();
        this.showProblems(read("problems-data"));
      }).observe(this.canvas, { attributeFilter: ["data-ready"] });
      this.draft = new FlowDraft(page, { wantsOutline: () => this.page.dataset.pane === "outline" });
      new FlowPicking({ describedOf: (id) => this.described[id] });
      new FlowOutline({ exitsOf: (id) => this.described[id]?.exits ?? [] });
      this.listenToCanvas();
      this.listenToPage();
      this.listenToOthers();
      this.showFirstSteps(graph);
      this.offerKept(graph);
    }

    // ---- The drawing

    listenToCanvas() {
      window.addEventListener("flow:change", ({ detail }) => {
        this.isTouched = true;
        this.outlineIsOld = true;
        this.showFirstSteps(detail.graph);
        if (this.isEditable) this.draft.change(detail.graph, { soon: this.page.dataset.pane === "outline" });
      });
      window.addEventListener("flow:saved", ({ detail: { answer, isLatest } }) => {
        if (isLatest) this.describe(answer);
        else place({ "flow-state": answer.parts["flow-state"] });
      });
      window.addEventListener("flow:refused", ({ detail: { answer } }) => { if (answer.problems) this.showProblems(answer.problems); });
      window.addEventListener("flow:collision", ({ detail: { answer } }) => {
        byId("others-notice").hidden = true;
        const dialog = byId("collision-dialog");
        dialog.innerHTML = answer.html;
        if (!dialog.open) dialog.showModal();
      });
      window.addEventListener("flow:open", () => {
        // The form lies over the list of steps as well, and who works there wants to be there afterwards.
        if (this.page.dataset.pane !== "outline") this.showPane("drawing", { onlyPhone: true });
        this.closeSimulator(); // it lies over the form
      });
    }

    /** What the server says of the drawing as it is: words, problems, lists. */
    describe(answer) {
      this.described = answer.described;
      tell("flow:described", { described: answer.described });
      this.showProblems(answer.problems);
      place(answer.parts);
      this.outlineIsOld = !answer.parts.outline;
    }

    showProblems(problems) {
      tell("flow:problems", { problems });
      const errors = problems.some((one) => one.level === "error");
      for (const count of document.querySelectorAll("[data-problem-count]")) {
        count.textContent = problems.length;
        count.hidden = !problems.length;
        if (count.classList.contains("badge")) count.classList.toggle("bg-red-lt", errors);
      }
      const button = document.querySelector(".builder-bar__problems");
      if (!button) return;
      button.hidden = !problems.length;
      button.classList.toggle("is-error", errors);
      button.setAttribute("aria-label", button.dataset.countWords.replace("{count}", problems.length));
    }

    showFirstSteps(graph) {
      const first = byId("first-steps");
      if (first) first.hidden = graph.nodes.length !== 1 || graph.nodes[0].type !== "start";
    }

    /** Take the drawing of the server: somebody else's, or an older one that was brought back. */
    async reread() {
      const answer = await this.fetchDrawing();
      if (!answer) return null;
      this.draft.adopt(answer);
      tell("flow:replace", { graph: answer.graph, described: answer.described });
      this.describe(answer);
      this.showFirstSteps(answer.graph);
      this.isTouched = false;
      byId("others-notice").hidden = true;
      this.closePanel();
      return answer;
    }

    async fetchDrawing(since = null) {
      try {
        const response = await fetch(`${this.page.dataset.drawingUrl}${since === null ? "" : `?since=${since}`}`, { headers: { Accept: "application/json" } });
        return response.ok ? await response.json() : null;
      } catch {
        return null;
      }
    }

    offerKept(graph) {
      const kept = this.draft.kept();
      if (!this.isEditable || !kept?.graph) return;
      if (JSON.stringify(kept.graph) === JSON.stringify(graph)) this.draft.forget();
      else byId("kept-notice").hidden = false;
    }

    takeKept(how) {
      const kept = this.draft.kept();
      byId("kept-notice").hidden = true;
      if (how === "drop" || !kept) return this.draft.forget();
      // On what it was drawn on: if somebody has saved since, that is told as always.
      this.draft.revision = kept.revision;
      tell("flow:replace", { graph: kept.graph, described: this.described });
      return this.draft.change(kept.graph, { soon: true });
    }

    // ---- Buttons, panes, sides

    listenToPage() {
      document.addEventListener("click", (event) => {
        const button = event.target.closest("button, [data-show-node]");
        if (!button) return event.target.matches("dialog.sheet") ? event.target.close() : undefined;
        const { dataset } = button;
        if (dataset.paneButton) this.showPane(this.page.dataset.pane === dataset.paneButton && this.isWide ? "drawing" : dataset.paneButton);
        else if ("dialogClose" in dataset) button.closest("dialog").close();
        else if (dataset.publish) this.publish(dataset.publish);
        else if (dataset.collision) this.decide(dataset.collision);
        else if (dataset.kept) this.takeKept(dataset.kept);
        else if (dataset.others) this.answerOthers(dataset.others);
        else if ("problemNode" in dataset) this.showProblem(dataset.problemNode, dataset.problemField);
        else if ("rename" in dataset) this.rename(true);
        else if (dataset.history) this.turnBack(dataset.history);
        return undefined;
      });
      document.addEventListener("keydown", (event) => { if (event.key === "Escape" && event.target.id === "flow-name-input") this.rename(false); });
      document.addEventListener("keydown", (event) => this.historyKey(event));
      window.addEventListener("flow:history", ({ detail }) => {
        for (const button of document.querySelectorAll("[data-history]")) button.setAttribute("aria-disabled", String(!detail[button.dataset.history]));
      });
      window.addEventListener("flow:published", () => byId("publish-dialog").close());
      window.addEventListener("flow:reread", () => this.reread());
      // The phone plays what was saved.
      document.addEventListener("htmx:confirm", (event) => {
        if (!this.draft.isUnsaved || !event.target.closest("#simulator")) return;
        event.preventDefault();
        this.flush().then(() => event.detail.issueRequest(true));
      });
      window.addEventListener("flow:form", ({ detail }) => this.formOpened(detail.id));
    }

    /** Undo or redo; what is being typed in a form is a change like any other. */
    async turnBack(how) {
      await window.flowForm?.flush();
      tell(`flow:${how}`);
    }

    /** Ctrl+Z and Ctrl+Y wherever one stands, but not in a text, which has its own, and not under a dialog. */
    historyKey(event) {
      const key = event.key.toLowerCase();
      if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(key) || event.defaultPrevented || !this.isEditable) return;
      if (this.canvas.contains(event.target) || event.target.closest(TEXT) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      this.turnBack(key === "y" || event.shiftKey ? "redo" : "undo");
    }

    formOpened(id) {
      if (!id) return;
      if (this.wantedField === null) return;
      const named = byId("panel").querySelector(`[name="${CSS.escape(this.wantedField)}"]:not([type=hidden])`);
      (named ?? byId("panel").querySelector(".is-wrong :is(input, textarea, select)"))?.focus();
      this.wantedField = null;
    }

    get isWide() { return window.matchMedia("(min-width: 992px)").matches; }

    showPane(pane, { onlyPhone = false } = {}) {
      if (onlyPhone && this.isWide) return;
      this.page.dataset.pane = pane;
      for (const tab of document.querySelectorAll("[role=tab][data-pane-button]")) tab.setAttribute("aria-selected", tab.dataset.paneButton === pane);
      if (pane === "outline" && this.outlineIsOld) this.refreshOutline();
    }

    async refreshOutline() {
      await this.flush();
      const answer = await this.fetchDrawing();
      if (answer) place({ outline: answer.parts.outline });
      this.outlineIsOld = !answer;
    }

    closePanel() { byId("panel").querySelector("[data-form-close]")?.click(); }

    closeSimulator() { if (!byId("simulator").hidden) byId("simulator").querySelector("[data-sim-close]")?.click(); }

    /** Save all there is, also what is being typed; true once nothing is left. */
    async flush() {
      await window.flowForm?.flush();
      return this.draft.flush();
    }

    showProblem(node, field) {
      byId("publish-dialog")?.close();
      if (!node) return this.showPane("problems");
      this.showPane("drawing", { onlyPhone: true });
      tell("flow:show", { id: node });
      this.wantedField = field;
      return tell("flow:open", { id: node });
    }

    rename(on) {
      const name = byId("flow-name");
      const form = name.querySelector("form");
      form.hidden = !on;
      if (on) form.elements.name.select();
      else name.querySelector("[data-rename]").focus();
    }

    async publish(url) {
      // What is published is what was saved; somebody else's change is decided on first.
      if (!(await this.flush())) return;
      const dialog = byId("publish-dialog");
      await htmx.ajax("GET", url, { target: dialog, swap: "innerHTML" });
      dialog.showModal();
    }

    async decide(how) {
      byId("collision-dialog").close();
      if (how === "mine") await this.draft.keepMine();
      else await this.reread();
    }

    // ---- Colleagues

    listenToOthers() {
      this.page.addEventListener("live:draft", ({ detail }) => this.heard(detail));
      this.page.addEventListener("live:state", ({ detail }) => {
        if (detail.connected && this.wasLost) this.heard(null);
        this.wasLost = !detail.connected;
      });
    }

    /** Somebody saved or published. Who only looks follows; who draws is told, and chooses. */
    async heard(message) {
      // Our own save may be told before it is answered.
      if (this.draft.sending) await this.draft.sending;
      if (message && message.revision <= this.draft.revision) {
        if (message.what === "published" && message.by_id !== this.page.dataset.me) this.tellOfOthers(message, []);
        return;
      }
      const answer = await this.fetchDrawing(this.draft.revision);
      if (!answer || answer.revision <= this.draft.revision || this.draft.collision) return;
      const { name, changes } = { name: message?.by ?? answer.by, changes: answer.changes };
      if (!this.isTouched && !this.draft.isUnsaved) await this.reread();
      this.tellOfOthers({ by: name, what: "saved" }, changes);
    }

    tellOfOthers({ by, what }, changes) {
      const notice = byId("others-notice");
      const who = notice.querySelector("[data-others-who]");
      who.textContent = who.dataset[what === "published" ? "published" : "changed"].replace("{name}", by || who.dataset.somebody);
      notice.querySelector("[data-others-what]").textContent = changes.join(" · ");
      notice.querySelector("[data-others=see]").hidden = !this.isTouched;
      notice.hidden = false;
      if (what === "published") this.fetchDrawing().then((answer) => answer && place({ "flow-state": answer.parts["flow-state"] }));
    }

    answerOthers(how) {
      byId("others-notice").hidden = true;
      if (how === "see") this.reread();
    }
  }

  document.addEventListener("DOMContentLoaded", () => { window.flowBuilder = new Builder(byId("flow-page")); });
})();
