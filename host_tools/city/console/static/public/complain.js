// Shows the button "near me", which asks the phone where it is; the page works without it.
const button = document.getElementById("near");
if (button && navigator.geolocation) {
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const to = new URL("/complain/map", location.href);
        to.searchParams.set("lat", coords.latitude.toFixed(6));
        to.searchParams.set("long", coords.longitude.toFixed(6));
        to.searchParams.set("lang", document.documentElement.lang);
        location.assign(to);
      },
      () => { document.getElementById("near-failed").hidden = false; },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}
