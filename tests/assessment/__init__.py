"""Items, scoring and what a learner is told: the tests of assessment."""
