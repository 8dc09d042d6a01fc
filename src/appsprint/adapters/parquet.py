"""Exports as Apache Parquet, written with pyarrow, which is loaded when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from appsprint.ports.table_writer import Columns, ColumnType, Row

if TYPE_CHECKING:
    import pyarrow

# Readers skip whole groups, so they should be large; this many rows take some 20 MB.
GROUP_ROWS = 50_000


class ParquetWriter:
    """See ``ports.table_writer.TableWriter``."""

    def write(self, columns: Columns, pages: Iterator[Sequence[Row]]) -> Iterator[bytes]:
        """The bytes of one file, a row group at a time."""
        import pyarrow  # noqa: PLC0415 50 MB that most processes never need
        import pyarrow.parquet  # noqa: PLC0415

        schema = pyarrow.schema([(name, _arrow_type(kind)) for name, kind in columns.items()])
        sink = _Sink()
        with pyarrow.parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
            for rows in _groups(pages):
                arrays = [
                    pyarrow.array([_value(row[name], kind) for row in rows], type=field.type)
                    for (name, kind), field in zip(columns.items(), schema, strict=True)
                ]
                writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
                yield sink.take()
        yield sink.take()


class _Sink:
    """A file that is only ever appended to and keeps nothing."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    def take(self) -> bytes:
        """What was written since the last time."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def _groups(pages: Iterator[Sequence[Row]]) -> Iterator[list[Row]]:
    rows: list[Row] = []
    for page in pages:
        rows.extend(page)
        if len(rows) >= GROUP_ROWS:
            yield rows
            rows = []
    if rows:
        yield rows


def _arrow_type(kind: ColumnType) -> pyarrow.DataType:
    import pyarrow  # noqa: PLC0415

    types: dict[ColumnType, Callable[[], Any]] = {
        ColumnType.TEXT: pyarrow.string,
        ColumnType.BOOLEAN: pyarrow.bool_,
        ColumnType.INTEGER: pyarrow.int64,
        ColumnType.NUMBER: pyarrow.float64,
        ColumnType.AMOUNT: lambda: pyarrow.decimal128(38, 6),
        ColumnType.INSTANT: lambda: pyarrow.timestamp("ms", tz="UTC"),
    }
    return types[kind]()


def _value(cell: object, kind: ColumnType) -> object:
    if cell is None:
        return None
    if kind is ColumnType.INSTANT:
        return datetime.fromisoformat(str(cell))
    return Decimal(str(cell)) if kind is ColumnType.AMOUNT else cell
