"""[core] What a citizen's words say: kind of trouble, how grave, where; and whom they must not give away."""
