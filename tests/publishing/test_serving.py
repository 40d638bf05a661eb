import gzip
import os

import brotli
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from statuspage.publishing import serving, store
from statuspage.publishing.serving import SECURITY_HEADERS, PublicFiles

PAGE = b"<!doctype html><p>All is well</p>" * 20


class Answer:
    def __init__(self, status, headers, body):
        self.status = int(status.split()[0])
        self.headers = dict(headers)
        self.body = body
        assert len(self.headers) == len(headers), "a header is told twice"


def django(environ, start_response):
    """What stands behind the public files."""
    start_response("404 Not Found", [("Content-Type", "text/plain"), ("X-Frame-Options", "SAMEORIGIN")])
    return [b"Django"]


@pytest.fixture
def server(public):
    return PublicFiles(django, root=public)


@pytest.fixture
def ask(server):
    """Ask the WSGI application as a web server would."""

    def ask(path, method="GET", **headers):
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path}
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        started = []
        body = b"".join(server(environ, lambda *said: started.append(said)))
        [(status, given)] = started
        return Answer(status, given, body)

    return ask


@pytest.fixture
def home(public):
    store.put("/", PAGE)


@pytest.mark.parametrize(
    ("location", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/history/2026-11", "text/html; charset=utf-8"),
        ("/incidents/abc/", "text/html; charset=utf-8"),
        ("/incidents/abc.json", "application/json; charset=utf-8"),
        ("/incidents/abc/postmortem.md", "text/markdown; charset=utf-8"),
        ("/incidents/abc/postmortem.pdf", "application/pdf"),
        ("/badge.svg", "image/svg+xml"),
    ],
)
def test_what_is_stored_is_served(ask, location, content_type):
    store.put(location, PAGE)
    answer = ask(location)
    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Length"] == str(len(PAGE))


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(location=st.text(alphabet="ab/.~%-_", max_size=10).map("/".__add__))
def test_the_server_looks_where_the_store_puts(server, location):
    try:
        file = store.file_for(location)
    except ValueError:
        return
    assert server._file(location) == str(file)


class TestConditional:
    def test_the_same_tag_is_answered_without_a_body(self, ask, home):
        etag = ask("/").headers["ETag"]
        answer = ask("/", if_none_match=etag)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["ETag"] == etag
        assert answer.headers["Cache-Control"] == ask("/").headers["Cache-Control"]
        assert not {"Content-Length", "Content-Type"} & answer.headers.keys()

    @pytest.mark.parametrize("form", ["W/{}", '"other", {}', '"other",W/{} , "third"', "*", " * ", " {}"])
    def test_weak_tags_lists_and_the_star_match(self, ask, home, form):
        etag = ask("/").headers["ETag"]
        assert ask("/", if_none_match=form.format(etag)).status == 304

    @pytest.mark.parametrize("form", ['"other"', "", '"', "W/", "{}x"])
    def test_another_tag_gets_the_page(self, ask, home, form):
        etag = ask("/").headers["ETag"]
        assert ask("/", if_none_match=form.format(etag)).status == 200

    def test_each_encoding_has_a_tag_of_its_own(self, ask, home):
        tags = {ask("/", accept_encoding=coding).headers["ETag"] for coding in ("", "gzip", "br")}
        assert len(tags) == 3

    def test_a_changed_file_is_noticed(self, ask, home):
        etag = ask("/").headers["ETag"]
        store.put("/", b"Something is wrong")
        answer = ask("/", if_none_match=etag, accept_encoding="gzip")
        assert answer.status == 200
        assert gzip.decompress(answer.body) == b"Something is wrong"

    def test_a_change_of_equal_length_within_one_tick_of_the_clock_is_noticed(self, ask, public):
        store.put("/", b"yes")
        times = (public / "index.html").stat()
        ask("/")
        store.put("/", b"no!")
        os.utime(public / "index.html", ns=(times.st_atime_ns, times.st_mtime_ns))
        assert ask("/").body == b"no!"

    def test_a_removed_file_is_gone_at_once(self, ask, home):
        ask("/")
        store.remove("/")
        assert ask("/").body == b"Django"


class TestEncoding:
    @pytest.mark.parametrize(
        ("accepted", "coding"),
        [
            ("br, gzip", "br"),
            ("gzip, deflate, br, zstd", "br"),
            ("gzip;q=0.5", "gzip"),
            ("br;q=0, gzip", "gzip"),
            ("br; q=0.000, gzip; q=0", None),
            ("br ; Q=0", None),
            ("gzip;q=0.001", "gzip"),
            ("deflate", None),
            ("brotli, xgzip", None),
            ("identity", None),
            ("", None),
        ],
    )
    def test_the_smallest_that_is_taken_is_sent(self, ask, home, accepted, coding):
        answer = ask("/", accept_encoding=accepted)
        assert answer.headers.get("Content-Encoding") == coding
        assert answer.headers["Vary"] == "Accept-Encoding"
        opened = {"br": brotli.decompress, "gzip": gzip.decompress}.get(coding, bytes)
        assert opened(answer.body) == PAGE

    def test_what_has_no_variant_is_sent_as_it_is(self, ask):
        store.put("/a.pdf", b"%PDF")
        assert ask("/a.pdf", accept_encoding="br, gzip").body == b"%PDF"


class TestMethods:
    def test_head_tells_the_headers_of_get(self, ask, home):
        head, get = ask("/", method="HEAD", accept_encoding="gzip"), ask("/", accept_encoding="gzip")
        assert head.body == b""
        assert head.headers == get.headers

    def test_another_site_may_ask_whether_it_may_ask(self, ask, home):
        answer = ask("/", method="OPTIONS", origin="https://example.com")
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "GET" in answer.headers["Access-Control-Allow-Methods"]

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
    def test_every_other_method_is_for_django(self, ask, home, method):
        assert ask("/", method=method).body == b"Django"


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            *("/../secret_key", "/incidents/../../secret_key", "/..", "/.", "/./", "/incidents/.."),
            *("/.lock", "/incidents/.tmp-abc", "/.git/config"),
            *("/%2e%2e/secret_key", "/..%2fsecret_key", "/\\..\\secret_key", "/..\\secret_key"),
            *("/secret\0.html", "/\0", "//", "//index", "/incidents//abc", "//etc/passwd", "index", "", "*"),
            *("/index.html.gz", "/index.html.br", "/missing", "/missing/", "/incidents", "/" + "a" * 5000, "/\udcff"),
        ],
    )
    def test_whatever_is_no_public_path_is_for_django(self, ask, home, public, path):
        (public.parent / "secret_key").write_text("secret")
        (public.parent / "secret_key.html").write_text("secret")
        (public / ".lock").touch()
        store.put("/incidents/abc", b"x")
        assert ask(path).body == b"Django"

    def test_a_directory_is_no_file(self, ask, public):
        (public / "a.json").mkdir(parents=True)
        assert ask("/a.json").body == b"Django"

    def test_the_home_page_has_its_full_name_too(self, ask, home):
        assert ask("/index").body == PAGE

    def test_a_file_that_cannot_be_read_is_for_django(self, ask, home, monkeypatch):
        monkeypatch.setattr(serving, "_read", lambda file: None)
        assert ask("/").body == b"Django"


class TestHeaders:
    def test_every_page_carries_the_security_headers(self, ask, home):
        assert SECURITY_HEADERS.items() <= ask("/").headers.items()
        assert "unsafe" not in SECURITY_HEADERS["Content-Security-Policy"]

    def test_so_do_djangos_answers_without_overruling_them(self, ask):
        answer = ask("/desk/")
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert {**SECURITY_HEADERS, "X-Frame-Options": "SAMEORIGIN"}.items() <= answer.headers.items()

    def test_an_error_in_django_is_passed_on_with_its_cause(self, public):
        cause = (ValueError, ValueError("x"), None)

        def failing(environ, start_response):
            start_response("500 Oh", [], cause)
            return [b""]

        started = []
        list(PublicFiles(failing, root=public)(_get("/a"), lambda *said: started.append(said)))
        assert started[0][0] == "500 Oh"
        assert started[0][2] is cause

    def test_the_api_is_open_to_every_site_and_pages_are_not(self, ask, home):
        store.put("/api/v2/summary.json", b"{}")
        json = ask("/api/v2/summary.json")
        assert json.headers["Access-Control-Allow-Origin"] == "*"
        again = ask("/api/v2/summary.json", if_none_match=json.headers["ETag"])
        assert again.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Origin" not in ask("/").headers

    def test_hashed_names_are_cached_for_good_and_all_else_is_asked_for_again(self, ask, home, public):
        for name in ("candor.1a2b3c4d5e6f.css", "candor.css", "candor.notahash1234.css"):
            path = public / "static" / "css" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("a {}")
        store.put("/incidents/x.1a2b3c4d5e6f.css", b"a {}")
        assert "immutable" in ask("/static/css/candor.1a2b3c4d5e6f.css").headers["Cache-Control"]
        for path in ("/static/css/candor.css", "/static/css/candor.notahash1234.css", "/incidents/x.1a2b3c4d5e6f.css"):
            assert "immutable" not in ask(path).headers["Cache-Control"]
        assert "max-age=0" in ask("/").headers["Cache-Control"]
        assert "stale-if-error" in ask("/").headers["Cache-Control"]


class TestMemory:
    def test_a_file_is_read_once(self, ask, home, monkeypatch):
        ask("/")
        monkeypatch.setattr(serving, "_read", lambda file: pytest.fail("read again"))
        assert ask("/").body == PAGE

    def test_the_memory_is_bounded(self, ask, server, monkeypatch):
        monkeypatch.setattr(serving, "MEMO_MOST", 3)
        for number in range(10):
            store.put(f"/{number}", b"x")
            assert ask(f"/{number}").status == 200
            assert len(server.memo) <= 3

    def test_paths_that_lead_nowhere_are_not_remembered(self, ask, server, home):
        for number in range(10):
            ask(f"/missing-{number}")
        assert server.memo == {}

    def test_a_large_file_is_served_and_not_kept(self, ask, server, monkeypatch):
        monkeypatch.setattr(serving, "MEMO_LARGEST", 10)
        store.put("/a.pdf", b"x" * 11)
        assert ask("/a.pdf").status == 200
        assert server.memo == {}


def _get(path):
    return {"REQUEST_METHOD": "GET", "PATH_INFO": path}


def test_neither_django_nor_the_database_is_touched(ask, home):
    # No database fixture here: a query would fail.
    assert ask("/").status == 200


def test_what_django_answers_is_kept_by_nobody_unless_it_says_otherwise(ask, public):
    assert ask("/desk/").headers["Cache-Control"] == "no-store, private"

    def shared(environ, start_response):
        start_response("200 OK", [("Cache-Control", "public, max-age=60")])
        return [b""]

    started = []
    list(PublicFiles(shared, root=public)(_get("/a"), lambda *said: started.append(said)))
    assert [value for name, value in started[0][1] if name == "Cache-Control"] == ["public, max-age=60"]


@pytest.mark.parametrize("path", ["/", "/desk/"])
def test_behind_https_browsers_are_told_to_stay_there(ask, public, home, path):
    assert "Strict-Transport-Security" not in ask(path).headers
    started = []
    list(PublicFiles(django, root=public, https=True)(_get(path), lambda *said: started.append(said)))
    assert dict(started[0][1])["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/404", "/de/404", "/404.html", "/de/404.html"])
def test_the_page_for_what_is_not_there_is_itself_not_there(ask, path):
    store.put(path.removesuffix(".html"), PAGE)
    assert ask(path).status == 404
