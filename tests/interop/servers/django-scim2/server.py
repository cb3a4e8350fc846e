"""django-scim2 over SQLite: `python server.py PORT DATABASE`, with the key in SCIMITAR_INTEROP_KEY.

The models are the ones that the package's documentation asks for; its views and adapters are left as they come.
"""

import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings

PORT, DATABASE = int(sys.argv[1]), sys.argv[2]

settings.configure(
    SECRET_KEY="of no use: nobody signs in here",
    ALLOWED_HOSTS=["127.0.0.1"],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_scim", "directory"],
    AUTH_USER_MODEL="directory.User",
    # PATCH reads and writes in one transaction; without IMMEDIATE two of them at a time find the database locked.
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE,
                           "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20}}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    ROOT_URLCONF="directory.urls",
    MIDDLEWARE=["directory.key.middleware"],
    SCIM_SERVICE_PROVIDER={
        "SCHEME": "http",
        "NETLOC": f"127.0.0.1:{PORT}",
        "GROUP_MODEL": "directory.models.Group",
        "AUTHENTICATION_SCHEMES": [{"type": "oauthbearertoken", "name": "Bearer", "description": "key"}],
    },
)
django.setup()


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


if __name__ == "__main__":
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", run_syncdb=True, verbosity=0)
    with make_server("127.0.0.1", PORT, get_wsgi_application(), Server, Handler) as server:
        server.serve_forever()
