// ChartGrammarTests: first files to come.
