"""What a salon must be told of: raised once, shown live, sent by e-mail and webhook, cleared when it is over."""
