// How each kind of step looks. The words come translated from the page; a kind that is not here still draws, as a plain step.
export const KINDS = {
  start: { icon: "player-play", tone: "green" },
  send_message: { icon: "message-circle", tone: "blue" },
  send_template: { icon: "file-text", tone: "blue" },
  ask: { icon: "help-circle", tone: "purple" },
  condition: { icon: "git-branch", tone: "orange" },
  set_variable: { icon: "variable", tone: "teal" },
  wait: { icon: "hourglass", tone: "yellow" },
  end: { icon: "flag", tone: "muted" },
};

export const PLAIN = { icon: "circle-dot", tone: "muted" };
