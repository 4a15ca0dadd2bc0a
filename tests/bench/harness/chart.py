def draw(figures, file):
    pass
