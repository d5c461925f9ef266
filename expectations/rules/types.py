"""Every column has the one Arrow type and the one Parquet type that its entry names."""

WHY = "A wider type than listed (text for an integer, bytes, a list) holds what its domain cannot."
REMEDY = "cast the column in the export model to the type of its entry in the allowlist"
NAME = "types"

# listed type → Arrow type, Parquet physical type, Parquet logical type
_EXACT = {
    "boolean": ("bool", "BOOLEAN", "None"),
    "smallint": ("int16", "INT32", "Int(bitWidth=16, isSigned=true)"),
    "integer": ("int32", "INT32", "Int(bitWidth=32, isSigned=true)"),
    "bigint": ("int64", "INT64", "Int(bitWidth=64, isSigned=true)"),
    "double": ("double", "DOUBLE", "None"),
    "varchar": ("string", "BYTE_ARRAY", "String"),
    "date": ("date32[day]", "INT32", "Date"),
}


def check(candidate):
    refusals = []
    for name, column in candidate.export.columns.items():
        wrong = sum(_found(file, name) != _EXACT[column.domain.type] for file in candidate.footers)
        if wrong:
            refusals.append(candidate.refusal(NAME, REMEDY, name, wrong))
    return refusals


def _found(file, name):
    """The three types of a column, or None where it is missing or nested."""
    if file.schema.names.count(name) != 1 or name not in file.schema_arrow.names:
        return None
    column = file.schema.column(file.schema.names.index(name))
    arrow = str(file.schema_arrow.field(name).type)
    return arrow, column.physical_type, str(column.logical_type)
