"use strict";

// Starts Swagger UI from the attributes of its element, so that the page needs no inline script.
(() => {
  const element = document.getElementById("swagger-ui");
  const at = (relative) => new URL(relative, location.href).href;
  const ui = SwaggerUIBundle({
    domNode: element,
    url: at(element.dataset.document),
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    filter: true,
    displayRequestDuration: true,
    queryConfigEnabled: false,
    persistAuthorization: false,
    validatorUrl: null,
    oauth2RedirectUrl: at(element.dataset.redirect),
  });
  ui.initOAuth({
    clientId: element.dataset.client || "",
    scopes: element.dataset.scopes || "",
    usePkceWithAuthorizationCodeGrant: true,
  });
  window.ui = ui;
})();
