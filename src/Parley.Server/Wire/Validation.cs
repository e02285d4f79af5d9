using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Parley.Server.Wire;

/// <summary>Collects everything that is wrong with an input, so that a client learns of all of it at once. A null passes every rule except
/// <see cref="Required"/>.</summary>
internal sealed class Validation
{
    private Dictionary<string, IReadOnlyList<string>>? _errors;

    public bool IsGood => _errors is null;

    /// <summary>All errors found, or null.</summary>
    public ApiProblem? Problem => _errors is null ? null : Problems.Invalid(_errors);

    public Validation Fail(string field, string reason)
    {
        _errors ??= new(StringComparer.Ordinal);
        _errors[field] = _errors.TryGetValue(field, out var before) ? [.. before, reason] : [reason];
        return this;
    }

    /// <summary>For a concept's own rules.</summary>
    public Validation Check(bool holds, string field, string reason) => holds ? this : Fail(field, reason);

    public Validation Required(string field, object? value) => Check(value is not null, field, "is missing");

    public Validation AgentId(string field, string? value)
    {
        if (value is null || WireNames.IsAgentId(value))
            return this;
        return Fail(field, WireNames.IsReserved(value)
            ? $"'{value}' is reserved, or looks like a reserved name: choose another"
            : "must be 1-255 of A-Z a-z 0-9 . _ -");
    }

    public Validation ProjectId(string field, string? value) =>
        Check(value is null || WireNames.IsProjectId(value), field, "must be 1-64 of A-Z a-z 0-9 . _ -");

    /// <summary>A squad's id, which follows the same rules as a project's.</summary>
    public Validation SquadId(string field, string? value) => ProjectId(field, value);

    public Validation MessageType(string field, string? value) =>
        Check(value is null || WireNames.IsMessageType(value), field, "must be 1-50 of a-z 0-9 _ . -");

    /// <summary>An id created by the server.</summary>
    public Validation Uuid(string field, string? value) =>
        Check(value is null || WireNames.IsUuid(value), field, "must be a UUID such as 0199e1c2-8d3f-7a51-9c0e-5b1f0d6a7e42");

    /// <summary>A name by which others know an agent: like <see cref="DisplayText"/>, but not a name that is reserved for Parley or its
    /// people.</summary>
    public Validation Name(string field, string? value) => value is not null && ReservedNames.IsReserved(value)
        ? Fail(field, $"'{value}' is reserved, or looks like a reserved name: choose another")
        : DisplayText(field, value);

    /// <summary>Text that people see in lists: one line, without invisible characters that reorder or hide what is around them.</summary>
    /// <param name="longest">In characters as people count them (Unicode scalar values).</param>
    public Validation DisplayText(string field, string? value, int longest = 200)
    {
        if (value is null)
            return this;
        if (string.IsNullOrWhiteSpace(value))
            return Fail(field, "is empty");
        if (value.Any(char.IsControl))
            return Fail(field, "contains a control character or a line break");
        if (InvisibleText.IsIn(value))
            return Fail(field, "holds an invisible character, or one that changes the direction of the text");
        return Length(field, value, longest);
    }

    /// <summary>Limits the number of characters as people count them (Unicode scalar values).</summary>
    public Validation Length(string field, string? value, int longest) => Check(
        value is null || value.Length <= longest || value.EnumerateRunes().Count() <= longest,
        field,
        string.Create(CultureInfo.InvariantCulture, $"is longer than {longest} characters"));

    public Validation Range<T>(string field, T? value, T least, T most)
        where T : struct, INumber<T> => Check(
            value is not { } given || (given >= least && given <= most),
            field,
            string.Create(CultureInfo.InvariantCulture, $"is {value}; expected {least} to {most}"));

    /// <summary>An enum that is a number on the wire (priority) accepts any number, so this refuses values that are not defined.</summary>
    public Validation Defined<T>(string field, T? value)
        where T : struct, Enum => Check(
            value is not { } given || Enum.IsDefined(given),
            field,
            $"is {value:D}; expected one of {string.Join(", ", Enum.GetValuesAsUnderlyingType<T>().Cast<object>())}");

    public Validation Defined<T>(string field, IReadOnlyList<T>? values)
        where T : struct, Enum
    {
        for (var index = 0; index < values?.Count; index++)
            Defined<T>(string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]"), values[index]);
        return this;
    }

    /// <summary>At least one item and at most a given number, none of them null.</summary>
    public Validation Items<T>(string field, IReadOnlyList<T>? values, int most)
    {
        if (values is null)
            return this;
        if (values.Count == 0)
            return Fail(field, "is empty");
        if (values.Count > most)
            return Fail(field, string.Create(CultureInfo.InvariantCulture, $"has {values.Count} items; at most {most} are taken"));
        for (var index = 0; index < values.Count; index++)
            Check(values[index] is not null, string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]"), "is null");
        return this;
    }

    /// <summary>Free JSON that must be an object, such as metadata.</summary>
    public Validation Object(string field, JsonElement? value) => Check(
        value is not { } given || given.ValueKind is JsonValueKind.Object or JsonValueKind.Null,
        field,
        "must be an object");
}
