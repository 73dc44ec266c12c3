from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from brickyard.runtime.spark.sqltext.cursor import Cursor, split_name
from brickyard.runtime.spark.sqltext.lexer import Kind, quote_name, quote_string, tokenize

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def test_tokens_of_a_statement() -> None:
    sql = "SELECT a.`b c`, 'it''s', 1.5e3, 2023_t -- FROM x\n/* FROM y */ FROM t;"
    assert [(token.kind, token.value) for token in tokenize(sql)] == [
        (Kind.WORD, "SELECT"),
        (Kind.WORD, "a"),
        (Kind.SYMBOL, "."),
        (Kind.QUOTED, "b c"),
        (Kind.SYMBOL, ","),
        (Kind.STRING, "it's"),
        (Kind.SYMBOL, ","),
        (Kind.NUMBER, "1.5e3"),
        (Kind.SYMBOL, ","),
        (Kind.WORD, "2023_t"),
        (Kind.WORD, "FROM"),
        (Kind.WORD, "t"),
        (Kind.SYMBOL, ";"),
    ]


def test_escapes_in_strings() -> None:
    assert tokenize(r"'a\'b\n\\'")[0].value == "a'b\n\\"
    assert tokenize(r"r'a\nb'")[0].value == r"a\nb"
    assert tokenize('"say \\"x\\""')[0].value == 'say "x"'


@given(TEXT)
def test_any_text_is_read_to_its_end(text: str) -> None:
    previous = 0
    for token in tokenize(text):
        assert token.start >= previous
        assert text[token.start : token.end] == token.text
        previous = token.end
    assert previous <= len(text)


@given(TEXT)
def test_a_quoted_string_comes_back(text: str) -> None:
    tokens = tokenize(f"SELECT {quote_string(text)} AS x")
    assert tokens[1].kind is Kind.STRING
    assert tokens[1].value == text
    assert [token.text for token in tokens[2:]] == ["AS", "x"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_a_quoted_name_comes_back(parts: list[str]) -> None:
    assert split_name(".".join(map(quote_name, parts))) == tuple(parts)


def test_what_is_no_name() -> None:
    assert split_name("a b") == ()
    assert split_name("") == ()
    assert split_name("a.") == ()
    assert split_name("my-table") == ()


def test_a_cursor_reads_all_or_nothing() -> None:
    cursor = Cursor("IF NOT THERE")
    assert not cursor.accept("IF", "NOT", "EXISTS")
    assert cursor.accept("IF", "NOT")
    assert cursor.name() is not None
    assert cursor.done
