"""How schemathesis says who it is: with an API key, and to the connectors with the signatures that the shops make; else
nothing behind the signatures would be tried."""

import base64
import hashlib
import hmac
import os

import requests
import schemathesis


class APIKey(requests.auth.AuthBase):
    def __call__(self, request):
        request.headers["Authorization"] = "Bearer " + os.environ["TREUE_KEY"]
        return request


class ShopSignature(requests.auth.AuthBase):
    """HMAC-SHA256 over the body as it is sent, in base64."""

    def __init__(self, header, secret):
        self.header, self.secret = header, secret.encode()

    def __call__(self, request):
        body = request.body or b""
        if isinstance(body, str):
            body = body.encode()
        request.headers[self.header] = base64.b64encode(hmac.digest(self.secret, body, hashlib.sha256)).decode()
        return request


shopify, woocommerce = "/v1/connectors/shopify/webhooks", "/v1/connectors/woocommerce/webhooks"
schemathesis.auth.set_from_requests(
    ShopSignature("X-Shopify-Hmac-Sha256", os.environ["TREUE_SHOPIFY_SECRET"])).apply_to(path=shopify)
schemathesis.auth.set_from_requests(
    ShopSignature("X-WC-Webhook-Signature", os.environ["TREUE_WOOCOMMERCE_SECRET"])).apply_to(path=woocommerce)
schemathesis.auth.set_from_requests(APIKey()).skip_for(path=[shopify, woocommerce])
