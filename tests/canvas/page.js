// As the builder's page is, so far as the canvas can tell: a palette, a picker, and the server's descriptions of steps.
const EXITS = {
  start: ["done"], send_message: ["done"], ask: ["answered", "invalid"], condition: ["yes", "else"], wait: ["done"], end: [],
  many: ["one", "two", "three", "four", "five", "six"],
};
// As the page tells of ways out that may stay open: drawn all the same, or only offered where one connects.
const SPARE = { call: { exits: [{ name: "error", label: "error", spare: true }], more: [{ name: "failed", label: "refused" }] } };
const LOOKS = {
  start: { label: "Start", icon: "player-play", tone: "green" },
  send_message: { label: "Message", icon: "message-circle", tone: "blue" },
  ask: { label: "Question", icon: "help-circle", tone: "purple" },
  condition: { label: "Condition", icon: "git-branch", tone: "orange" },
  many: { label: "List", icon: "list", tone: "teal" },
  wait: { label: "Wait", icon: "hourglass", tone: "yellow" },
  end: { label: "End", icon: "flag", tone: "muted" },
};

function describe(graph) {
  const seen = {};
  return Object.fromEntries(graph.nodes.map((node) => {
    seen[node.type] = (seen[node.type] ?? 0) + 1;
    const exits = (EXITS[node.type] ?? ["done"]).map((name) => ({ name, label: name === "done" ? "next" : name }));
    const { exits: spare = [], more = [] } = SPARE[node.type] ?? {};
    return [node.id, { title: `${LOOKS[node.type]?.label ?? node.type} ${seen[node.type]}`, summary: node.text ?? "", exits: [...exits, ...spare], more }];
  }));
}

function buttons(inside, chosen) {
  for (const [type, { label, icon }] of Object.entries(LOOKS).slice(1)) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.add = type;
    button.dataset.node = JSON.stringify({ type });
    button.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${SPRITE}#${icon}"></use></svg><span>${label}</span>`;
    button.addEventListener("click", () => chosen({ type }));
    inside.append(button);
  }
}

const SPRITE = "/static/vendor/tabler-icons/3.51.0/sprite.svg";
const send = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));

window.start = (graph, { readOnly = false, bare = false, words = {}, counts = null } = {}) => {
  window.heard = [];
  const picker = document.getElementById("picker");
  let asked = null;
  document.body.classList.toggle("is-bare", bare);
  buttons(document.getElementById("flow-palette"), (node) => send("flow:insert", { node }));
  buttons(picker, (node) => {
    picker.close();
    send("flow:insert", { node, ...asked });
  });
  window.addEventListener("flow:add", ({ detail }) => {
    asked = { from: detail.from ?? undefined, position: detail.position ?? undefined };
    picker.showModal();
  });
  window.addEventListener("flow:change", ({ detail }) => send("flow:described", { described: describe(detail.graph) }));
  for (const name of ["flow:select", "flow:open", "flow:change", "flow:add"]) {
    window.addEventListener(name, ({ detail }) => window.heard.push({ name, ...detail }));
  }
  window.mountFlow(document.getElementById("canvas"), graph, {
    readOnly, described: describe(graph), words: { looks: LOOKS, ...words }, counts, sprite: SPRITE,
  });
};
