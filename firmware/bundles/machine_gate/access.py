"""Who is let in, for how long, and when power goes: the rules of a machine's gate."""

from atelier.log import log
from atelier.wall import Wall
from face import BAD, BYE, GOOD, TAP, WARN, Face
from journal import Journal
from permits import Permits
from talk import Talk
import words

#: Power is on for so long at a time; a program that is stuck does not renew it.
LEASE_MS = 15000
_RENEW_MS = 1000
_KEEP_MS = 120000
_WARN_MS = 30000
#: A card or the button held for so long says that care was taken.
CONFIRM_MS = 10000
#: Without either for so long, it was not.
_UNCONFIRMED_MS = 3000
_DEFAULTS = {
    "name": "",
    "allowed": True,
    "maintenance": False,
    "care": "",
    "logoff": 720,
    "grace": 1.5,
}
_NOBODY = "00000000"
_DENY, _SIGNED_LIST = "deny", "signed_list"


class Use:
    """Somebody at the machine."""

    def __init__(self, uid, verdict, started, at):
        """Begin at a moment of the board's clock, in ms; `at` is the same on the wall, if known."""
        self.uid = uid
        self.name = verdict.name
        self.level = verdict.level
        self.started = started
        self.at = at


class Access:
    """States: free, asking, confirming, in_use, grace. Power is renewed in the last two only."""

    def __init__(self, device):
        """Take what config.json says of this gate. Raises ValueError."""
        own = device.config.get("gate") or {}
        self._device = device
        self._clock = device.clock
        self._card_present = own.get("card_present", False)
        server_down = own.get("server_down", _SIGNED_LIST)
        if not isinstance(self._card_present, bool):
            raise ValueError("config.json: gate.card_present must be true or false")
        if server_down not in (_DENY, _SIGNED_LIST):
            raise ValueError("config.json: gate.server_down must be deny or signed_list")
        line = device.presence
        self._wall = Wall(device.clock, own.get("ntp", "pool.ntp.org"), device.wifi.up)
        self._journal = Journal(self._wall, device.clock)
        key = own.get("key") if server_down == _SIGNED_LIST else None
        self._permits = Permits(self._wall, line.number, key)
        self._facts = dict(_DEFAULTS, **(device.kept("machine") or {}))
        self.title = self._facts["name"] or "Machine " + line.number
        #: Who uses the machine, None while nobody does.
        self.use = None
        #: The card that lies on the reader now, as the protocol spells it.
        self.card = None
        #: Whether the button is down.
        self.held = False
        self.talk = Talk(device, self._journal, self._wall, self)
        for part in (self._wall, self._journal, self.talk):
            device.part("talk", lambda part=part: part)
        line.on_request = self._requested
        line.on_list = self._permits.take
        self._relay = device.output("relay", self._relay_ended)
        self.face = Face(device, own.get("language", "en"))
        self._request = None
        self._asked = None
        self._granted = None
        self._confirm_since = self._unconfirmed_since = 0
        self._last_uid = _NOBODY
        self._until = self._renew_at = self._keep_at = self._warn_at = 0
        self._close_lost_use()

    # What the server says --------------------------------------------------------------

    def machine(self, reply):
        """Take what the server says of the machine; kept, so that it counts offline too."""
        if not reply["request_ok"] or reply.get("is_valid") not in (True, 1):
            return
        self._facts = words.machine(reply)
        self.title = self._facts["name"] or self.title
        self._device.keep("machine", self._facts)

    def cared(self, confirmed):
        """Take the server's word on care."""
        if confirmed:
            self._facts["maintenance"] = False

    def told(self, uid, reply):
        """Take the server's word on a card; None: it gave none."""
        if self._device.state != "asking" or uid != self._asked:
            return
        self.rest()
        if reply and reply["request_ok"]:
            verdict = words.verdict(reply, uid)
            refusal = "unknown"
        else:
            verdict = words.Verdict(self._permits.level(uid), uid)
            refusal = "server"
        if not verdict.level:
            self.face.say(refusal, uid, BAD)
        elif not self._facts["allowed"]:
            self.face.say("blocked", self.title, BAD)
        elif self._card_present and self.card != uid:
            self.face.say("lay", "", BAD)
        elif self._facts["maintenance"] and verdict.level < 2:
            self.face.say("care", self._facts["care"], BAD)
        elif self._facts["maintenance"]:
            self._granted = verdict
            self._confirm_since = self._unconfirmed_since = self._clock.now()
            self._device.set_state("confirming")
            self.face.play(WARN)
        else:
            self._log_in(uid, verdict)

    def _requested(self, request):
        """Keep the last command until the next step."""
        self._request = request

    # What hands do -----------------------------------------------------------------------

    def tapped(self, uid):
        """Take a card that was laid down."""
        self.face.play(TAP)
        if self.use is None:
            if self._device.state in ("free", "grace"):
                self._ask(uid)
        elif uid == self.use.uid:
            self.log_out()
        else:
            self.face.say("used", self.use.name, BAD)

    def card_changed(self):
        """Take it that a card came or went; where it must stay, power goes with it."""
        if not self._card_present:
            return
        if self.use and self.card != self.use.uid:
            self.log_out(grace=False)
        elif self._device.state == "confirming":
            self.rest()

    def pushed(self):
        """Take a push of the button: whoever is at the machine may switch it off."""
        if self.use:
            self.log_out()
        elif self._device.state == "grace":
            self._power_off()

    # What time does --------------------------------------------------------------------

    def keep_alive(self, now):
        """Renew power, end what is over, do what was asked for from afar."""
        self._relay.check()
        state = self._device.state
        if state == "in_use":
            self._go_on(now)
        elif state == "grace":
            if not self._relay.on or now >= self._until:
                self._power_off()
            else:
                self._renew(now)
                if now >= self._warn_at:
                    self._warn_at = now + _WARN_MS
                    self.face.play(WARN)
        elif state == "confirming":
            self._confirm(now)
        if self._request and self._device.state not in ("asking", "confirming"):
            request, self._request = self._request, None
            self._obey(request)

    def rest(self):
        """Go to the state that fits to whether power is on."""
        if self.use:
            self._device.set_state("in_use")
        else:
            self._device.set_state("grace" if self._relay.on else "free")

    def recover(self):
        """End the use after an error: power is off already."""
        self._granted = None
        if self.use:
            self.log_out(grace=False)
        self._power_off()

    def log_out(self, *, grace=True):
        """End the use: power first where there is no grace, then what is told."""
        use, self.use = self.use, None
        grace_ms = int(self._facts["grace"] * 60000) if grace else 0
        now = self._clock.now()
        if grace_ms and self._relay.on:
            self._until, self._warn_at = now + grace_ms, now + _WARN_MS
            self._device.set_state("grace")
        else:
            self._power_off()
        self._last_uid = use.uid
        self._tell("stopuse", use.uid, (now - use.started) // 1000)
        self.face.say("bye", use.name, BYE)

    # Parts of the above ----------------------------------------------------------------

    def _ask(self, uid):
        if not self._journal.room:
            self.face.say("full", "", BAD)
            return
        self._asked = uid
        self._device.set_state("asking")
        if not self.talk.check(uid):
            self.told(uid, None)

    def _log_in(self, uid, verdict):
        now = self._clock.now()
        self.use = Use(uid, verdict, now, self._wall.now())
        # On flash before power is on: a use that nobody knows of cannot be.
        self._tell("startuse", uid, use={"uid": uid, "seconds": 0, "at": self.use.at})
        self._keep_at = now + _KEEP_MS
        self._renew_at = 0
        self._relay.pulse(LEASE_MS)
        self._device.set_state("in_use")
        self.face.play(GOOD)

    def _go_on(self, now):
        use, logoff_ms = self.use, self._facts["logoff"] * 60000
        if not self._relay.on:
            # Power went by itself: the program was stuck. It must not come back by itself.
            log("relay: the lease ran out")
            self.log_out(grace=False)
            self.face.say("lost", use.name, BAD)
        elif logoff_ms and now - use.started > logoff_ms:
            self.log_out()
        else:
            self._renew(now)
            if now >= self._keep_at:
                self._keep_at = now + _KEEP_MS
                seconds = (now - use.started) // 1000
                self._journal.keep_use({"uid": use.uid, "seconds": seconds, "at": use.at})

    def _renew(self, now):
        if now >= self._renew_at:
            self._renew_at = now + _RENEW_MS
            self._relay.pulse(LEASE_MS)

    def _confirm(self, now):
        """Wait for the hold that says that care was taken; without it, let in all the same."""
        verdict = self._granted
        if self.card != self._asked and not self.held:
            self._confirm_since = now
            if now - self._unconfirmed_since < _UNCONFIRMED_MS:
                return
        else:
            self._unconfirmed_since = now
            if now - self._confirm_since < CONFIRM_MS:
                return
            self._tell("maintenance", self._asked)
            if verdict.level > 2:
                self._facts["maintenance"] = False
        self._granted = None
        self._log_in(self._asked, verdict)

    def _obey(self, request):
        uid = request.get("uid")
        uid = uid.lower() if isinstance(uid, str) else uid
        if request.get("request_type") == "stop":
            if self.use:
                self.log_out()
            else:
                self._tell("stopuse", self._last_uid, 0)
        elif request.get("request_type") == "start" and words.is_uid(uid):
            if self._card_present and self.card != uid:
                self.face.say("lay", "", BAD)
                return
            if self.use:
                self.log_out()
            self._ask(uid)
        else:
            log("server: no such request")

    def _tell(self, action, uid, duration="", use=None):
        """Keep what is to be told on flash, and tell it."""
        kept = self._journal.add(action, uid, duration, fresh=self.talk.server, use=use)
        if kept:
            self._device.clear_fault("flash_error")
        else:
            self._device.fault("flash_error")
        self.talk.tell()

    def _close_lost_use(self):
        """Tell the end of a use that a power cut ended, as far as it was seen."""
        use = self._journal.use
        if use:
            at = use["at"] + use["seconds"] if use.get("at") else ""
            self._last_uid = use["uid"]
            self._journal.add("stopuse", use["uid"], use["seconds"], at=at)

    def _power_off(self):
        self._relay.off()
        self._device.set_state("free")

    def _relay_ended(self, reason):
        """Look at once at power that went."""
        self._device.wake.set()
