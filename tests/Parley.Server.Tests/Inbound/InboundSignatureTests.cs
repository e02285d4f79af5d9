using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Parley.Server.Inbound;
using Xunit;

namespace Parley.Server.Tests.Inbound;

public sealed class InboundSignatureTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 22, 14, 0, 0, TimeSpan.Zero);

    /// <summary>As GitHub publishes it, for those who check theirs.</summary>
    [Theory]
    [InlineData("It's a Secret to Everybody", "Hello, World!", true)]
    [InlineData("It's a secret to Everybody", "Hello, World!", false)]
    [InlineData("It's a Secret to Everybody", "Hello, World", false)]
    [InlineData(null, "Hello, World!", false)]
    public void GitHubs_own_example_fits_its_secret_and_its_payload_alone(string? secret, string payload, bool fits)
    {
        var signature = Read(("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"));

        Assert.Equal(fits, signature!.Fits(secret, Encoding.UTF8.GetBytes(payload)));
        Assert.Null(signature.Key);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    [InlineData(-300, true)]
    [InlineData(-301, false)]
    public void A_time_may_differ_by_five_minutes_in_either_direction(int secondsAgo, bool isGood)
    {
        var time = (Now.ToUnixTimeSeconds() - secondsAgo).ToString(CultureInfo.InvariantCulture);
        var text = InboundPost.Hmac("a secret of some length", $"{time}.body");

        Assert.Equal(isGood, Read(("X-Parley-Timestamp", time), ("X-Parley-Signature", text))?.Fits("a secret of some length", "body"u8) == true);
    }

    [Fact]
    public void The_time_is_signed_with_the_body()
    {
        var time = Now.ToUnixTimeSeconds();
        var text = InboundPost.Hmac("a secret of some length", $"{time}.body");

        Assert.False(Read(("X-Parley-Timestamp", $"{time + 1}"), ("X-Parley-Signature", text))!.Fits("a secret of some length", "body"u8));
        Assert.False(Read(("X-Parley-Timestamp", $"{time}"), ("X-Parley-Signature", InboundPost.Hmac("a secret of some length", "body")))!.Fits("a secret of some length", "body"u8));
    }

    [Fact]
    public void With_both_signatures_the_time_cannot_be_left_out()
    {
        var plain = InboundPost.Hmac("a secret of some length", "body");

        Assert.Null(Read(("X-Hub-Signature-256", plain), ("X-Parley-Signature", plain)));
        Assert.Null(Read(("X-Hub-Signature-256", plain), ("X-Parley-Signature", "")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    [InlineData("sha1=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1")]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1g")]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1700")]
    public void Malformed_signatures_are_rejected(string text) => Assert.Null(Read(("X-Hub-Signature-256", text)));

    [Theory]
    [InlineData("")]
    [InlineData("-1769090400")]
    [InlineData("1769090400.0")]
    [InlineData(" 1769090400")]
    [InlineData("99999999999999999999")]
    public void Malformed_times_are_rejected(string time) =>
        Assert.Null(Read(("X-Parley-Timestamp", time), ("X-Parley-Signature", InboundPost.Hmac("a secret of some length", $"{time}.body"))));

    private static InboundSignature? Read(params (string Name, string Value)[] headers)
    {
        var all = new HeaderDictionary();
        foreach (var (name, value) in headers)
            all[name] = value;
        return InboundSignature.Read(all, Now);
    }
}
