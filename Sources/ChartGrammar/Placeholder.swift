// ChartGrammar: first files to come.
