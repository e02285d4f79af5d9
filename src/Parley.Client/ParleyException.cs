using Parley.Protocol;

namespace Parley.Client;

/// <summary>The server refused something; the problem says why.</summary>
public class ParleyException : Exception
{
    /// <summary>Creates an exception from a problem that a server answered.</summary>
    /// <param name="problem">The problem; the exception's message is made from it.</param>
    /// <param name="inner">The underlying exception, if any.</param>
    public ParleyException(Problem problem, Exception? inner = null)
        : base(Describe(problem), inner) => Problem = problem;

    /// <summary>The problem as the server sent it.</summary>
    public Problem Problem { get; }

    /// <summary>Stable; see <see cref="ErrorCodes"/>.</summary>
    public string Code => Problem.Code;

    /// <summary>The HTTP status; 0 when no server answered.</summary>
    public int Status => Problem.Status;

    /// <summary>Whether the same request may succeed later.</summary>
    public bool Retryable => Problem.Retryable;

    /// <summary>How long to wait before trying again, if the server says.</summary>
    public TimeSpan? RetryAfter => Problem.RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>For bad input, the reasons by field; empty otherwise.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Errors =>
        Problem.Errors ?? System.Collections.ObjectModel.ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    private static string Describe(Problem problem)
    {
        var text = problem.Detail ?? problem.Title ?? problem.Code;
        foreach (var (field, reasons) in problem.Errors ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            // A single reason is already in the detail.
            var why = $"{field}: {string.Join("; ", reasons)}";
            if (!text.Contains(why, StringComparison.Ordinal))
                text += $" {why}";
        }

        return $"{text} ({problem.Code})";
    }
}

/// <summary>No server answered, or the connection was lost before it did. The request may or may not have taken effect.</summary>
public sealed class ParleyUnreachableException : ParleyException
{
    /// <summary>The problem's code; no server sends it.</summary>
    public const string UnreachableCode = "unreachable";

    /// <summary>Creates an exception that says that nobody answered.</summary>
    /// <param name="address">The address that was tried.</param>
    /// <param name="reason">What went wrong, as a sentence.</param>
    /// <param name="inner">The underlying exception, if any.</param>
    public ParleyUnreachableException(string address, string reason, Exception? inner = null)
        : base(
            new Problem
            {
                Code = UnreachableCode,
                Retryable = true,
                Title = "The server cannot be reached.",
                Detail = $"The Parley server at {address} cannot be reached: {reason} "
                    + "Start it with 'parley serve', or name another address with --url, PARLEY_URL or ParleyOptions.Url.",
            },
            inner) => Address = address;

    /// <summary>The address that was tried.</summary>
    public string Address { get; }
}

/// <summary>The server, a token, or an agent's identity could not be found on this machine. The message says where the SDK looked and what to do.</summary>
public sealed class ParleyConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
