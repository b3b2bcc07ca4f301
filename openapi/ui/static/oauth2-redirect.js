"use strict";

// Hands the answer of an authorization server, which came in the address of this page, to the page that asked for it.
(() => {
  const request = window.opener && window.opener.swaggerUIRedirectOauth2;
  if (!request) {
    document.body.textContent = "There is no page waiting for this answer. Close this window and sign in again.";
    return;
  }
  const answer = new URLSearchParams(location.hash.length > 1 ? location.hash.slice(1) : location.search);
  const flow = request.auth.schema.get("flow");
  const usesCode = ["accessCode", "authorizationCode", "authorization_code"].includes(flow);
  const fail = (level, message) => request.errCb({ authId: request.auth.name, source: "auth", level, message });

  // RFC 6749, section 10.12: an answer that was not asked for is somebody else's.
  if (answer.get("state") !== request.state) {
    fail("error", "The authorization server answered with another state than was sent. The answer is ignored.");
  } else if (answer.has("error")) {
    fail("error", [answer.get("error"), answer.get("error_description")].filter(Boolean).join(": "));
  } else if (usesCode && !request.auth.code) {
    if (answer.has("code")) {
      delete request.state;
      request.auth.code = answer.get("code");
      request.callback({ auth: request.auth, redirectUrl: request.redirectUrl });
    } else {
      fail("error", "The authorization server sent no code.");
    }
  } else {
    const token = Object.fromEntries(answer);
    request.callback({ auth: request.auth, token, isValid: true, redirectUrl: request.redirectUrl });
  }
  window.close();
})();
