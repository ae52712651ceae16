"""Hakka readings of characters, for a voice that has none.

espeak-ng's `hak` voice reads Pha̍k-fa-sṳ and no characters (it says "Chinese letter" for each).
The table gives one literary reading of the Meixian and Sixian type to the characters of the
warning texts and of common place names. It is Tongluo's own, written without a native speaker's
check: what a site gives as `readings` goes before it, and a recording before both.
"""

from __future__ import annotations

import re
from functools import cache

from tongluo.core.errors import SpeechError

_PLAIN = {"chh": "tsh", "ch": "ts", "ng": "N"}
_PALATAL = {"chh": "tS;h", "ch": "tS;", "s": "S;", "ng": "n^"}
_VOWEL = {"ii": "i.", "oa": "ua", "oe": "ue", "oai": "uai"}
_SYLLABLE = re.compile(
    "(chh|ch|ph|th|kh|ng(?=[aeiou])|[pmfvtnlkhsy](?=[aeiou])|)([aeiou]*)(ng|[mnptk]|)([1-6])"
)

TABLE = """
a1 阿 au4 坳 chai1 灾 chai4 再 cham4 站 chat5 折 chau1 燥 chau4 噪照兆 chen1 增 chet5 侧 cheu3 走
chha1 车 chha2 查 chhai3 采 chhai4 在寨 chhak5 尺 chhang2 橙 chhat6 撤 chhau1 超 chhen2 层 chhet5 测
chhet6 泽 chheu2 潮 chhi3 取 chhiam4 暂 chhiang3 请 chhien1 千 chhien2 前全泉 chhiet5 切
chhii2 持池祠 chhii3 此 chhii4 次自 chhiim1 深 chhiin2 尘陈 chhiit6 直值 chhin1 青清 chhin2 情
chhin4 尽 chhit5 七 chhiu4 就 chhiung2 从松 chho3 草 chhoi2 才 chhon1 穿 chhon2 传 chhong1 昌
chhong2 长场 chhong3 厂 chhu2 除 chhu4 处 chhuk5 促 chhun1 村 chhung1 冲 chhung4 重 chhut5 出
chiang3 井 chiap5 接 chiau1 蕉 chiet5 节 chii1 知 chii3 止只指子仔紫 chii4 至置 chiin1 真征
chiin3 镇 chiin4 正证 chin4 进 chiong1 将 chit5 积即 chiuk5 足 cho4 做 chok5 作 chon1 专 chon3 转
chong1 张 chong3 涨 chong4 嶂 chu1 周州珠 chu3 组 chu4 注 chuk5 筑竹 chun3 准 chun4 圳 chung1 中钟综
chung3 种 e1 诶 en1 恩 eu1 欧 fa1 花 fa2 华 fa4 化话 fai4 坏 fam4 范患 fan3 返 fap5 法 fat5 发
fet6 或 fi2 回 fi4 会惠 fo2 和 fo3 火 fon4 缓 fong1 方荒 fong2 防房 fong4 放 fu2 湖 fu3 府
fu4 附负护户 fuk5 福 fuk6 伏复 fun1 分 fun2 浑 fung1 风丰 fung2 红洪 fung4 缝凤 fut5 弗 fut6 佛
ha4 下厦 hai1 溪 han4 限 hang1 坑 hang2 行 hap6 合 hau4 效 heu4 后 hi1 圩墟 hi3 起 hi4 气器汽去系
hiam3 险 hiap6 胁 hien4 现 hiet5 歇 hin1 兴 hin2 形 hiong1 乡 hiong3 响 hiong4 向 hiu1 丘 hiuk5 畜
hiun4 训 ho2 毫河 ho3 好 ho4 号 hoi3 海 hoi4 害 hok6 学 hong2 杭 hong4 项巷 ia3 这 ka1 加家 ka4 价驾
kai1 阶街 kai3 解 kai4 戒界 kam1 监 kam3 感赣 kang4 更 kau1 交 kau3 校 kau4 较 ke4 个 keu1 沟
khet5 克 kheu3 口 khi1 区驱 khi2 期其 khiau2 桥 khiet5 揭 khiet6 杰 khin4 庆 khiong2 强 khip5 吸
khip6 及 khit6 极 khiuk6 局 khiun4 近 kho3 可 kho4 靠 khoai4 块 khoi1 开 khok5 确 khon4 看 khong4 矿
khu4 库 khung1 空 ki1 机居 ki3 己 ki4 计继据记 kiau4 叫 kien1 间坚 kien4 建 kim1 今金 kim4 禁
kin1 经 kin3 紧警景 kin4 径 kip5 急级 kit5 吉 kiu3 九 kiu4 救 ko1 高 ko3 果 ko4 告过 koan1 关
koet5 国 koi3 改 kok5 角 kon1 干观 kon3 管莞 kong1 光江岗 kong3 港广 kong4 降 ku3 古 ku4 固顾
kui1 规 kui4 贵 kuk5 谷 kung1 工公 lam2 蓝 lang2 零 let6 勒 leu2 楼 li2 离厘 li3 里李 li4 例
liang1 岭 liau2 寮 lien2 连 lien4 练 liet6 裂 lim2 林临 lin4 令 liong3 两 liong4 量 lip6 立
liu2 留流刘 liuk5 六 liung2 龙 lo2 罗 lo3 老 lo4 涝 loi2 来 lok6 乐 lu4 露路 lui3 累 lut6 率律
ma1 马 man4 慢 meu4 茂 mi1 每尾 mi3 米 miang2 名 miau3 秒 miau4 庙 mien4 面 min2 民明 moi2 梅 mu1 姆
muk5 木 nai2 泥 nam2 南 nen2 宁 ng2 吴鱼 ng3 五午 ngai4 艾 ngam2 岩 ngan4 岸 ngi4 二遇 ngiam2 严
ngiap5 摄 ngiap6 业 ngien2 年源 ngiet6 热月 ngin2 人 ngin4 认 ngiong3 壤 ngip6 入 ngit5 日 ngiu2 牛
ngoi4 外 ngui2 危 nui4 内 oi4 爱 on1 安 on4 按案 pa3 把 pa4 坝 pak5 百 pan1 般 pan3 板 pan4 半
pat5 八拨 pau1 包 pau3 饱 pet5 北 pha4 帕 phai2 排 phak6 白 phau3 跑 phau4 暴 phi1 批 phi4 备被避
phiang2 坪 phien1 偏 phien4 遍 phiet6 别 phin2 平评 phin3 品 phit5 匹 pho4 破 phoi4 倍 phu4 步部
phuk5 扑 pi1 陂 pi3 比 piau1 标 piau3 表 pien1 边 pien4 变 pin1 滨 pin4 并 pit5 必毕 po1 坡 po3 保
po4 报播 poi4 背 pok5 博 pu1 埔 pu4 布 pun3 本 put5 不 sa1 沙 sa4 社 sak6 石 sam1 三 san1 山 san4 汕
sang1 声牲 sap6 涉 sat5 设 sau1 烧 sau2 韶 sau3 少 sau4 肇 sem1 森 sen1 生 set5 色 si1 西需 si4 四
siau1 消 siau3 小 sien4 线 siet5 泄 sii1 斯 sii2 时 sii4 市是示氏似试寺 siim3 审 siin1 身升
siin2 成城乘 siip5 湿 siip6 十 siit5 室 siit6 实 sin1 新 sin2 辰 sin4 信性汛 siong1 相 siong4 象
sit5 析息 siuk6 续 so3 所 son2 船 song2 常 song4 上尚 su3 守 su4 受数 sui2 随 sui3 水 sui4 瑞隧
suk5 速 sun4 顺剩 ta3 打 tai1 低 tai3 底 tai4 带 tan1 单 tan4 但 tap5 答 ten3 等 tet5 得德 tha1 他
thai4 大待态太 than1 滩 than4 碳 thap5 塔 that6 达 thet5 踢 thet6 特 theu2 头 thi2 堤提 thi3 体
thi4 地第 thiau2 条 thiau4 掉 thien1 天 thien2 田 thien4 电 thin2 停 thin4 定 tho4 道 thoi4 代退
thon4 段断 thong2 塘 thu2 涂途 thu3 土 thu4 度 thuk6 读 thung1 通 thung2 童同 thung3 统 thung4 动洞
thut6 突 tiam3 点 tin1 汀 tit5 的 to1 多 to3 倒 to4 到 ton1 端 tong1 当 tong3 挡 tui1 堆 tui4 对
tung1 东 tung4 岽 va1 洼 vai1 歪 van1 湾 van2 还完 van4 万 vat6 滑 vet6 阈 vi1 威 vi2 为围维
vi4 位未 vo1 窝 vong2 黄王 vong3 往 vu2 无 vu3 武 vuk5 屋 vun1 温 vun2 文 vung1 翁 vut6 物 ya3 野
ya4 也夜 yam4 焰 yang2 营 yang3 影 yap6 叶 yau1 幺 yau4 要 yen1 烟 yen2 然沿园员缘 yen3 演远苑
yen4 县 yi1 衣依与 yi2 儿而移于余 yi3 已以雨 yi4 异意预亿 yin1 英 yin2 仍仁 yin4 应 yit5 一 yok5 约
yong2 阳羊 yong3 氧 yu1 优有 yu2 游 yun2 匀云 yun3 隐永 yung4 用
"""


@cache
def readings() -> dict[str, str]:
    """Character -> Pha̍k-fa-sṳ with its tone as a number.

    >>> readings()["雨"], readings()["山"]
    ('yi3', 'san1')
    """
    parts = TABLE.split()
    return {c: sound for sound, chars in zip(parts[::2], parts[1::2], strict=True) for c in chars}


def phonemes(syllable: str) -> str:
    """A syllable as the voice's phonemes, which it takes between [[ and ]].

    Its spelling rules would lose tones (kiu, liong, ngie̍t), so they are gone around.

    >>> phonemes("fung1"), phonemes("siip6"), phonemes("yen2"), phonemes("ng3")
    ("f'u1N", "s'i.6p", "'ie2n", 'N-3')
    """
    found = _SYLLABLE.fullmatch(syllable)
    if found is None:
        raise SpeechError(f"not a Hakka syllable with its tone as a number: {syllable!r}")
    start, vowel, end, tone = found.groups()
    coda = "N" if end == "ng" else end
    if not vowel:
        return f"{coda}-{tone}"
    palatal = vowel.startswith("i") and vowel != "ii"
    if start == "y":
        start, vowel = "", vowel if palatal else f"i{vowel}"
    start = (_PALATAL if palatal else _PLAIN).get(start, start)
    return f"{start}'{_VOWEL.get(vowel, vowel)}{tone}{coda}"
