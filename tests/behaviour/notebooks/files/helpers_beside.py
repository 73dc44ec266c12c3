COLOUR = 'blue'


def shout(text):
    return text.upper()
