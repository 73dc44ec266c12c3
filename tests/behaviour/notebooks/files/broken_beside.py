def f():
    raise ValueError('inside the module')
