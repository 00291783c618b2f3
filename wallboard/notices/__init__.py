"""Notices: telling the right person outside of the terminal, once, with proof that it arrived."""
