using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Xunit;

namespace Parley.Server.Tests.Harness;

/// <summary>Random cases that each must hold. A failure names the shortest case that fails and the seed; <c>PARLEY_CASES_SEED</c> runs the
/// same cases again, <c>PARLEY_CASES</c> another number of them.</summary>
internal static class GeneratedCases
{
    internal static void Hold<T>(int count, int size, Arbitrary<T> cases, Action<T> holds)
    {
        var seed = Number("PARLEY_CASES_SEED") ?? (ulong)Random.Shared.NextInt64();
        var config = Config.QuickThrowOnFailure
            .WithMaxTest((int)(Number("PARLEY_CASES") ?? (ulong)count))
            .WithStartSize(1)
            .WithEndSize(size)
            .WithReplay(new Replay(new Rnd(seed), FSharpOption<int>.None));
        try
        {
            FsCheck.Check.One(config, Prop.ForAll(cases, holds));
        }
        catch (Exception failure)
        {
            Assert.Fail($"PARLEY_CASES_SEED={seed.ToString(CultureInfo.InvariantCulture)} runs these cases again.\n{failure}");
        }
    }

    /// <summary>Without a half, a quarter, ... a single step.</summary>
    internal static IEnumerable<T[]> Shorter<T>(T[] steps)
    {
        for (var size = Math.Max(1, steps.Length / 2); size > 0 && steps.Length > 0; size /= 2)
        {
            for (var start = 0; start < steps.Length; start += size)
                yield return [.. steps[..start], .. steps[Math.Min(steps.Length, start + size)..]];
        }
    }

    private static ulong? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}
