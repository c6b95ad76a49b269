"""The sound player of a prop."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.components.media_player import (
    MediaPlayerDeviceClass,
    MediaPlayerEntity,
    MediaPlayerEntityFeature,
    MediaPlayerState,
    MediaType,
)
from homeassistant.core import CALLBACK_TYPE
from homeassistant.exceptions import ServiceValidationError

from ...const import DOMAIN
from ...entity import PropEntity
from ...errors import translated_errors
from ...wire.info import TRACK, PlayerSpec
from ...wire.values import ValueType

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop

_STATES: Final = {
    "idle": MediaPlayerState.IDLE,
    "playing": MediaPlayerState.PLAYING,
    "paused": MediaPlayerState.PAUSED,
}

#: Digits of a track's number; no card has more.
_DIGITS: Final = 6


def media_players(workshop: Workshop, prop: Prop) -> Iterable[PropEntity]:
    """Return a prop's player, if it has one."""
    if (player := prop.info.capabilities.player) is not None:
        yield Player(workshop, prop, player)


class Player(PropEntity, MediaPlayerEntity):
    """Play the tracks on a prop's own card."""

    _attr_device_class = MediaPlayerDeviceClass.SPEAKER
    _attr_media_content_type = MediaType.MUSIC

    def __init__(self, workshop: Workshop, prop: Prop, player: PlayerSpec) -> None:
        """Offer what the prop's actions allow."""
        volume = prop.info.capabilities.settings.get(player.volume or "")
        super().__init__(
            workshop, prop, "player", translation_key="player", subject=(player, volume)
        )
        self._player = player
        self._loudest = (volume.maximum if volume else None) or 1.0
        self._whole = volume is not None and volume.type is ValueType.INT
        self._tracks = {
            number: name for number, name in sorted(player.tracks.items()) if player.play
        }
        features = MediaPlayerEntityFeature(0)
        if player.play:
            features |= MediaPlayerEntityFeature.PLAY | MediaPlayerEntityFeature.PLAY_MEDIA
        if player.play and self._tracks:
            features |= MediaPlayerEntityFeature.SELECT_SOURCE
            self._attr_source_list = list(dict.fromkeys(self._tracks.values()))
        if player.pause:
            features |= MediaPlayerEntityFeature.PAUSE
        if player.stop:
            features |= MediaPlayerEntityFeature.STOP
        if volume:
            features |= MediaPlayerEntityFeature.VOLUME_SET | MediaPlayerEntityFeature.VOLUME_STEP
            self._attr_volume_step = 1 / self._loudest
        self._attr_supported_features = features

    @override
    def take(self) -> None:
        telemetry = self.prop.telemetry.current
        self._attr_state = _STATES.get(str(telemetry.get(self._player.status)))
        track = telemetry.get(TRACK)
        playing = self._attr_state in (MediaPlayerState.PLAYING, MediaPlayerState.PAUSED)
        if playing and isinstance(track, int):
            self._attr_media_content_id = str(track)
            self._attr_media_track = track
            self._attr_media_title = self._attr_source = self._tracks.get(track)
        else:
            self._attr_media_content_id = self._attr_media_track = None
            self._attr_media_title = self._attr_source = None
        volume = self.prop.settings.current.get(self._player.volume or "")
        self._attr_volume_level = (
            volume / self._loudest if isinstance(volume, int | float) else None
        )

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        watched = [self.prop.telemetry.watch((self._player.status, TRACK), self.changed)]
        if self._player.volume:
            watched.append(self.prop.settings.watch((self._player.volume,), self.changed))
        return watched

    @override
    async def async_media_play(self) -> None:
        """Go on where it was paused, else play the first track."""
        paused = self._attr_state is MediaPlayerState.PAUSED
        await self._command(self._player.resume if paused else self._player.play)

    @override
    async def async_media_pause(self) -> None:
        """Pause the track."""
        await self._command(self._player.pause)

    @override
    async def async_media_stop(self) -> None:
        """Stop the track."""
        await self._command(self._player.stop)

    @override
    async def async_play_media(self, media_type: str, media_id: str, **kwargs: Any) -> None:
        """Play a track by its number."""
        if not (media_id.isascii() and media_id.isdigit() and len(media_id) <= _DIGITS):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_track",
                translation_placeholders={"track": media_id[:64]},
            )
        await self._command(self._player.play, {TRACK: int(media_id)})

    @override
    async def async_select_source(self, source: str) -> None:
        """Play a track by its name."""
        number = next((number for number, name in self._tracks.items() if name == source), None)
        await self.async_play_media(MediaType.MUSIC, source if number is None else str(number))

    @override
    async def async_set_volume_level(self, volume: float) -> None:
        """Set the volume the prop keeps (0..1 of its loudest)."""
        if self._player.volume:
            with translated_errors(self.hass):
                await self.prop.set(self._player.volume, self._steps(volume))

    def _steps(self, volume: float) -> float:
        """Return a volume of 0..1 in the prop's own unit."""
        level = volume * self._loudest
        return round(level) if self._whole else round(level, 3)

    async def _command(self, action: str | None, params: dict[str, Any] | None = None) -> None:
        if action is not None:
            with translated_errors(self.hass):
                await self.prop.command(action, params)
