"""Who sends the key is signed in."""

import os

from django.contrib.auth.models import AnonymousUser


class KeyHolder(AnonymousUser):
    is_authenticated = True


def middleware(get_response):
    expected = f"Bearer {os.environ['SCIMITAR_INTEROP_KEY']}"

    def answer(request):
        known = request.headers.get("Authorization") == expected
        request.user = KeyHolder() if known else AnonymousUser()
        return get_response(request)

    return answer
