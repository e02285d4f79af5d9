namespace Parley.Cli.Doctor;

internal enum Verdict
{
    Ok,
    Warn,
    Fail,
}

/// <summary>The result of one check, and what to do about it if anything.</summary>
internal sealed record Finding(string Check, Verdict Verdict, string Detail, string? Remedy = null)
{
    public static Finding Ok(string check, string detail) => new(check, Verdict.Ok, detail);

    public static Finding Warn(string check, string detail, string remedy) => new(check, Verdict.Warn, detail, remedy);

    public static Finding Fail(string check, string detail, string remedy) => new(check, Verdict.Fail, detail, remedy);
}

/// <summary>All findings; <see cref="Ok"/> if none of them is a failure.</summary>
internal sealed record Diagnosis(bool Ok, IReadOnlyList<Finding> Checks);
