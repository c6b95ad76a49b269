"""What the coffin does when: states, refusals, and the end of an action.

The solenoid never depends on the state or on the sound: its output is bounded by
itself, and each way out of an action switches it off before the state changes.
"""

from atelier.values import Refused


class Scare:
    """The state machine: armed, action, blocked, playing, paused."""

    def __init__(self, device, player, pir):
        """Begin at rest, blocked if it was blocked before the restart."""
        self._device = device
        self._player = player
        self._pir = pir
        self._solenoid = device.output("solenoid", self.output_ended)
        self.blocked = device.kept("blocked", False)
        self._acting = False
        self._track_expected = False
        self._player_seen = False
        self._paused = False
        self._music = False
        self._lockout_until = 0

    def rest(self):
        """Go to the state of a coffin that does nothing."""
        self._device.set_state("blocked" if self.blocked else "armed")

    # Actions -----------------------------------------------------------------------

    def do_trigger(self, params, source):
        """Jump: sound and solenoid together."""
        device = self._device
        now = device.clock.now()
        if self.blocked:
            raise Refused("blocked")
        if self._acting:
            raise Refused("busy")
        if now < self._lockout_until:
            raise Refused("lockout", None, self._lockout_until - now)
        settings = device.settings
        self._lockout_until = now + settings["lockout"]
        self._acting = True
        self._music = self._paused = False
        self._track_expected = self._player is not None and self._player.present
        track = params.get("track", settings["track"]) if self._player else None
        if self._player:
            self._player.play(track, params.get("volume", settings["volume"]))
        self._solenoid.pulse(settings["max_on_time" if self._track_expected else "pulse"])
        device.report(solenoid=True, track=track)
        device.set_state("action")
        device.count("triggers")
        device.event("activated", source=source)
        if self._pir:
            self._pir.hold(settings["lockout"])

    def do_stop_action(self, _params, _source):
        """End an action; harmless without one."""
        if self._acting:
            self._finish("stopped")

    def do_stop(self, _params, _source):
        """Make everything quiet."""
        self.do_stop_music(None, None)
        self._solenoid.off()

    def do_block(self, _params, _source):
        """Refuse to act until unblocked."""
        self.blocked = True
        self._device.keep("blocked", True)
        if self._acting:
            self._finish("stopped")
        elif not self._music:
            self.rest()

    def do_unblock(self, _params, _source):
        """Act again."""
        self.blocked = False
        self._device.keep("blocked", False)
        if not self._acting and not self._music:
            self.rest()

    def do_arm(self, _params, _source):
        """Go to rest, from music too; a running action goes on to its end."""
        if self.blocked:
            raise Refused("blocked")
        if not self._acting:
            self._end_music()

    def do_reset(self, params, source):
        """Stop, set the counter to zero, forget faults, unblock."""
        if self._acting:
            self._finish("stopped")
        self._end_music()
        self._lockout_until = 0
        for fault in ("max_on_time", "track_missing", "player_silent", "app_error"):
            self._device.clear_fault(fault)
        self._device.do_reset_counter(params, source)
        self.do_unblock(params, source)

    def do_play_music(self, params, _source):
        """Play a track without the solenoid."""
        self._need_player()
        settings = self._device.settings
        track = params.get("track", 1)
        self._player.play(track, params.get("volume", settings["volume"]))
        self._music, self._paused = True, False
        self._device.report(track=track)
        self._device.set_state("playing")

    def do_pause_music(self, _params, _source):
        """Pause the music."""
        self._need_player()
        if not self._music or self._paused:
            raise Refused("not_active")
        self._player.pause()
        self._paused = True
        self._device.set_state("paused")

    def do_resume_music(self, _params, _source):
        """Go on with paused music."""
        self._need_player()
        if not self._paused:
            raise Refused("not_active")
        self._player.resume()
        self._paused = False
        self._device.set_state("playing")

    def do_stop_music(self, _params, _source):
        """Make it quiet; during an action that ends the action."""
        if self._acting:
            self._finish("stopped")
        else:
            self._end_music()

    def do_set_volume(self, params, _source):
        """Set the volume for all that is played from now on."""
        self._device.change_settings({"volume": params["volume"]})

    # What happens ------------------------------------------------------------------

    def track_ended(self):
        """Take the end of a track."""
        self._device.event("track_ended")
        if self._acting:
            self._device.clear_fault("max_on_time")
            self._device.clear_fault("track_missing")
            self._finish("track_ended")
        else:
            self._end_music()

    def track_missing(self):
        """Take it that the card has no such file: the coffin jumps all the same."""
        self._device.fault("track_missing", track=self._player.track)
        if self._acting:
            self._track_expected = False
            self._solenoid.pulse(self._device.settings["pulse"])
        else:
            self._end_music()

    def output_ended(self, reason):
        """Take the end of the solenoid's time."""
        self._device.report(solenoid=False)
        if not self._acting or reason != "time":
            return
        if self._track_expected:
            # The end of the track should have come first; the limit is for when it does not.
            self._device.fault("max_on_time")
            self._finish(None)
        else:
            self._finish("pulse")

    def player_changed(self):
        """Take what the player says of itself."""
        player = self._player
        self._device.report(player=player.status)
        if player.present and not self._player_seen:
            player.volume(self._device.settings["volume"])
        if player.present:
            self._player_seen = True
            self._device.clear_fault("player_silent")
            self._device.clear_fault("player_missing")
        elif player.silent:
            self._device.fault("player_silent" if self._player_seen else "player_missing")
            self._end_music()

    def settings_changed(self, keys):
        """Use a new volume at once where something plays."""
        if "volume" in keys and self._player and (self._acting or self._music):
            self._player.volume(self._device.settings["volume"])

    def recover(self):
        """Come to rest after an error, whatever was going on."""
        self._acting = False
        self._solenoid.off()
        if self._player:
            self._player.stop()
        self._music = self._paused = False
        self.rest()

    # Parts of the above ------------------------------------------------------------

    def _finish(self, how):
        """End the action: output first, then sound, then what people are told."""
        self._acting = False
        self._solenoid.off()
        if self._player:
            self._player.stop()
        self._device.report(track=None)
        if how:
            self._device.event("finished", how=how)
        self.rest()

    def _end_music(self):
        """Come to rest if there is music."""
        if not self._music:
            return
        self._music = self._paused = False
        self._player.stop()
        self._device.report(track=None)
        self.rest()

    def _need_player(self):
        if self._acting:
            raise Refused("busy")
        if not self._player or not self._player.present:
            raise Refused("no_player")
