"""The faces of cleanclaim: the browser dashboard and the `cleanclaim` command. Nobody imports this package."""
