"""Forms for the settings of nodes, made from their models with words from `tables`. They write nothing down."""
