from package_beside.inner import VALUE

__all__ = ['VALUE']
